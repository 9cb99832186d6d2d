/*
 * The lock-free free list of examples/freelist.ts, by hand: what a user of Spin would write, so that Spin is not measured
 * on our export. One atomic step a d_step, all fields bytes, dead variables reset so that they make no states apart.
 * LAST_TAG is given on the command line: spin -DLAST_TAG=8 -a freelist.pml
 */
#define PROCESSES 4
#define OBJECTS 4
#define NIL OBJECTS
#ifndef LAST_TAG
#define LAST_TAG 7
#endif

byte head = 0;
byte tag = 0;
byte link[OBJECTS] = { 1, 2, 3, NIL };
byte held[PROCESSES] = { NIL, NIL, NIL, NIL };

active [PROCESSES] proctype pop_and_push()
{
  byte h = NIL;
  byte t = 0;
  byte n = NIL;

load:
  if
  :: d_step { tag < LAST_TAG && held[_pid] == NIL -> h = head; t = tag } goto pop_link
  :: d_step { tag < LAST_TAG && held[_pid] != NIL -> h = head; t = tag } goto push_link
  fi;
pop_link:
  if
  :: d_step { h == NIL -> t = 0 } goto load
  :: d_step { h != NIL -> n = link[h] } goto pop
  fi;
pop:
  if
  :: d_step { head == h && tag == t ->
       assert(held[0] != h && held[1] != h && held[2] != h && held[3] != h);
       head = n; tag++; held[_pid] = h; h = NIL; t = 0; n = NIL
     } goto load
  :: d_step { head != h || tag != t -> h = NIL; t = 0; n = NIL } goto load
  fi;
push_link:
  link[held[_pid]] = h;
push:
  if
  :: d_step { head == h && tag == t -> head = held[_pid]; tag++; held[_pid] = NIL; h = NIL; t = 0 } goto load
  :: d_step { head != h || tag != t -> h = NIL; t = 0 } goto load
  fi
}
