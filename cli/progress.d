progress.o: progress.c output.h progress.h
output.h:
progress.h:
