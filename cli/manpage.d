manpage.o: manpage.c command.h config.h options.h exitcode.h help.h \
 version.h
command.h:
config.h:
options.h:
exitcode.h:
help.h:
version.h:
