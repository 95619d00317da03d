output.o: output.c output.h progress.h
output.h:
progress.h:
