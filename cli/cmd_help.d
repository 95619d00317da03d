cmd_help.o: cmd_help.c command.h config.h options.h exitcode.h error.h \
 help.h output.h
command.h:
config.h:
options.h:
exitcode.h:
error.h:
help.h:
output.h:
