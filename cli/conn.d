conn.o: conn.c conn.h config.h options.h error.h exitcode.h interrupt.h \
 output.h version.h
conn.h:
config.h:
options.h:
error.h:
exitcode.h:
interrupt.h:
output.h:
version.h:
