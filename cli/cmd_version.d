cmd_version.o: cmd_version.c command.h config.h options.h exitcode.h \
 conn.h output.h version.h
command.h:
config.h:
options.h:
exitcode.h:
conn.h:
output.h:
version.h:
