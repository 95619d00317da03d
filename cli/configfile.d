configfile.o: configfile.c config.h options.h configfile.h error.h \
 exitcode.h suggest.h
config.h:
options.h:
configfile.h:
error.h:
exitcode.h:
suggest.h:
