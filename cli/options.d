options.o: options.c error.h exitcode.h options.h suggest.h
error.h:
exitcode.h:
options.h:
suggest.h:
