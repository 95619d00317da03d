command.o: command.c command.h config.h options.h exitcode.h suggest.h
command.h:
config.h:
options.h:
exitcode.h:
suggest.h:
