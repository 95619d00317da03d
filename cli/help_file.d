help_file.o: help_file.c help.h
help.h:
