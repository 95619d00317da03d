error.o: error.c error.h exitcode.h progress.h
error.h:
exitcode.h:
progress.h:
