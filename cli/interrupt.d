interrupt.o: interrupt.c interrupt.h exitcode.h
interrupt.h:
exitcode.h:
