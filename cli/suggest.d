suggest.o: suggest.c suggest.h
suggest.h:
