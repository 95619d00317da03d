main.o: main.c command.h config.h options.h exitcode.h conn.h error.h \
 interrupt.h output.h scratch.h version.h
command.h:
config.h:
options.h:
exitcode.h:
conn.h:
error.h:
interrupt.h:
output.h:
scratch.h:
version.h:
