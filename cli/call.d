call.o: call.c conn.h config.h options.h error.h exitcode.h
conn.h:
config.h:
options.h:
error.h:
exitcode.h:
