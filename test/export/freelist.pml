/* freelist, for Spin; written by nolock */
/* a full search: spin -a; gcc -DSAFETY -DNOREDUCE -DVECTORSZ=16384 pan.c; ./a.out -E */
/* relation c893a89b00f69a25526dd2ae3814a1b87def7924d999b9d7bf62cd161c22004b */
/* p0 runs pop_and_push */
/* finding 0: model error */
/* finding 1: poppedByOne (violated) */
/* finding 3: deadlock */
/* finding 2: ranEmpty is met (sometimes) */

#define object0 0
#define p0 0
#define object1 1
#define nil 4

byte head = object0;
byte tag = 0;
byte link[2] = { object1, nil };
byte held[1] = { nil };
byte p0_h = nil;
byte p0_t = 0;
byte p0_n = nil;
/* where each context stands: its label, 0 at the end of its script */
byte pc[1] = { 1 };

/* A finding stops Spin by an assertion; with -DGO_ON it is printed once, and the search goes on. */
/* A step that has none, and the monitor, lead back to the state that they come from: rounds, counted apart. */
#ifdef GO_ON
c_code { static char found[4];
  static void finding(int n) { if (!found[n]) { found[n] = 1; printf("found %d\n", n); } } }
c_code { static long rounds;
  static void print_rounds(void) { printf("rounds %ld\n", rounds); }
  static void go_round(void) { if (!rounds++) atexit(print_rounds); } }
#define FOUND(n) c_code { finding(n); }
#define MET(n) c_code { finding(n); }
#define NO_STEP c_code { go_round(); }
#else
#define FOUND(n) assert(false)
#define MET(n) skip
#define NO_STEP skip
#endif

active proctype run_p0()
{
L1: /* pop_and_push: load h = head; t = tag; */
  if
  :: d_step { tag < 2 && held[p0] == nil ->
       p0_h = head;
       p0_t = tag;
       pc[p0] = 2
     } goto L2 /* pop_and_push: popLink */
  :: d_step { !(tag < 2 && held[p0] == nil) && tag < 2 ->
       p0_h = head;
       p0_t = tag;
       pc[p0] = 4
     } goto L4 /* pop_and_push: pushLink */
  fi;
L2: /* pop_and_push: popLink if (!h) continue; n = h->next; */
  if
  :: d_step { p0_h == nil ->
       p0_h = nil;
       p0_t = 0;
       pc[p0] = 1
     } goto L1 /* pop_and_push: load */
  :: d_step { p0_h != nil ->
       p0_n = link[p0_h];
       pc[p0] = 3
     } goto L3 /* pop_and_push: pop */
  fi;
L3: /* pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1)) */
  if
  :: d_step { head == p0_h && tag == p0_t && tag + 1 <= 2 ->
       if
       :: held[p0] == p0_h && head == p0_h -> FOUND(1) /* poppedByOne: at pop_and_push: pop */
       :: else
       fi;
       head = p0_n;
       tag = tag + 1;
       held[p0] = p0_h;
       p0_h = nil;
       p0_t = 0;
       p0_n = nil;
       pc[p0] = 1
     } goto L1 /* pop_and_push: load */
  :: d_step { head == p0_h && tag == p0_t && !(tag + 1 <= 2) ->
       if
       :: held[p0] == p0_h && head == p0_h -> FOUND(1) /* poppedByOne: at pop_and_push: pop */
       :: else
       fi;
       FOUND(0) /* this step has no value */;
       NO_STEP
     } goto L3 /* no step: pop_and_push: pop */
  :: d_step { !(head == p0_h && tag == p0_t) ->
       if
       :: held[p0] == p0_h && head == p0_h -> FOUND(1) /* poppedByOne: at pop_and_push: pop */
       :: else
       fi;
       p0_h = nil;
       p0_t = 0;
       p0_n = nil;
       pc[p0] = 1
     } goto L1 /* pop_and_push: load */
  fi;
L4: /* pop_and_push: pushLink object->next = h; */
  if
  :: d_step { held[p0] != nil ->
       link[held[p0]] = p0_h;
       pc[p0] = 5
     } goto L5 /* pop_and_push: push */
  :: d_step { held[p0] == nil ->
       FOUND(0) /* this step has no value */;
       NO_STEP
     } goto L4 /* no step: pop_and_push: pushLink */
  fi;
L5: /* pop_and_push: push cmpxchg(&(head, tag), (h, t), (object, t + 1)) */
  if
  :: d_step { head == p0_h && tag == p0_t && tag + 1 <= 2 ->
       head = held[p0];
       tag = tag + 1;
       held[p0] = nil;
       p0_h = nil;
       p0_t = 0;
       pc[p0] = 1
     } goto L1 /* pop_and_push: load */
  :: d_step { head == p0_h && tag == p0_t && !(tag + 1 <= 2) ->
       FOUND(0) /* this step has no value */;
       NO_STEP
     } goto L5 /* no step: pop_and_push: push */
  :: d_step { !(head == p0_h && tag == p0_t) ->
       p0_h = nil;
       p0_t = 0;
       pc[p0] = 1
     } goto L1 /* pop_and_push: load */
  fi;
L0: false /* the end of the script */
}

/* Looks at every state and changes none. */
hidden byte at_rest, moves;
active proctype monitor()
{
  do
  :: d_step { true ->
     if
     :: head == nil -> MET(2) /* met: ranEmpty */
     :: else
     fi;
     at_rest = true;
     moves = false;
     if
     :: (pc[p0] >= 2 && pc[p0] <= 5) ->
       moves = moves || true;
       at_rest = false;
     :: else
     fi;
     if
     :: !at_rest && !moves -> FOUND(3) /* deadlock */
     :: else
     fi;
     NO_STEP
     }
  od
}
