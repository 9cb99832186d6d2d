/* freelist, for Spin; written by nolock */
/* a full search: spin -a; gcc -DSAFETY -DNOREDUCE -DVECTORSZ=16384 pan.c; ./a.out -E */
/* relation f47728e59698fe0be008ccbb7be982c8237840ea1b63a28a71eaeeaa9dea54ee */
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
#define FOUND(n) finding(n)
#define MET(n) finding(n)
#define NO_STEP go_round()
#define ANEW
#define LOOKED skip
#else
c_code { static int stop_here; }
#define FOUND(n) stop_here = 1
#define MET(n)
#define ANEW stop_here = 0
#define NO_STEP
#define LOOKED assert(c_expr { !stop_here })
#endif

c_code {
  static int can_p0_1(void) {
    switch (now.pc[p0]) {
    case 1: /* pop_and_push: load h = head; t = tag; */
      return now.tag < 2 && now.held[p0] == nil;
    case 2: /* pop_and_push: popLink if (!h) continue; n = h->next; */
      return now.p0_h == nil;
    case 3: /* pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1)) */
    case 5: /* pop_and_push: push cmpxchg(&(head, tag), (h, t), (object, t + 1)) */
      return now.head == now.p0_h && now.tag == now.p0_t && now.tag + 1 <= 2;
    case 4: /* pop_and_push: pushLink object->next = h; */
      return now.held[p0] != nil;
    }
    return 0;
  }
}
c_code {
  static void step_p0_1(void) {
    switch (now.pc[p0]) {
    case 1: /* pop_and_push: load h = head; t = tag; */
      now.p0_h = now.head;
      now.p0_t = now.tag;
      now.pc[p0] = 2; /* -> pop_and_push: popLink */
      break;
    case 2: /* pop_and_push: popLink if (!h) continue; n = h->next; */
      now.p0_h = nil;
      now.p0_t = 0;
      now.pc[p0] = 1; /* -> pop_and_push: load */
      break;
    case 3: /* pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1)) */
      if (now.held[p0] == now.p0_h && now.head == now.p0_h) { FOUND(1); /* poppedByOne: at pop_and_push: pop */ }
      now.head = now.p0_n;
      now.tag = now.tag + 1;
      now.held[p0] = now.p0_h;
      now.p0_h = nil;
      now.p0_t = 0;
      now.p0_n = nil;
      now.pc[p0] = 1; /* -> pop_and_push: load */
      break;
    case 4: /* pop_and_push: pushLink object->next = h; */
      now.link[now.held[p0]] = now.p0_h;
      now.pc[p0] = 5; /* -> pop_and_push: push */
      break;
    case 5: /* pop_and_push: push cmpxchg(&(head, tag), (h, t), (object, t + 1)) */
      now.head = now.held[p0];
      now.tag = now.tag + 1;
      now.held[p0] = nil;
      now.p0_h = nil;
      now.p0_t = 0;
      now.pc[p0] = 1; /* -> pop_and_push: load */
      break;
    }
  }
}
c_code {
  static int can_p0_2(void) {
    switch (now.pc[p0]) {
    case 1: /* pop_and_push: load h = head; t = tag; */
      return !(now.tag < 2 && now.held[p0] == nil) && now.tag < 2;
    case 2: /* pop_and_push: popLink if (!h) continue; n = h->next; */
      return now.p0_h != nil;
    case 3: /* pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1)) */
    case 5: /* pop_and_push: push cmpxchg(&(head, tag), (h, t), (object, t + 1)) */
      return now.head == now.p0_h && now.tag == now.p0_t && !(now.tag + 1 <= 2);
    case 4: /* pop_and_push: pushLink object->next = h; */
      return now.held[p0] == nil;
    }
    return 0;
  }
}
c_code {
  static void step_p0_2(void) {
    switch (now.pc[p0]) {
    case 1: /* pop_and_push: load h = head; t = tag; */
      now.p0_h = now.head;
      now.p0_t = now.tag;
      now.pc[p0] = 4; /* -> pop_and_push: pushLink */
      break;
    case 2: /* pop_and_push: popLink if (!h) continue; n = h->next; */
      now.p0_n = now.link[now.p0_h];
      now.pc[p0] = 3; /* -> pop_and_push: pop */
      break;
    case 3: /* pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1)) */
      if (now.held[p0] == now.p0_h && now.head == now.p0_h) { FOUND(1); /* poppedByOne: at pop_and_push: pop */ }
      FOUND(0); /* this step has no value */
      NO_STEP;
      break;
    case 4: /* pop_and_push: pushLink object->next = h; */
    case 5: /* pop_and_push: push cmpxchg(&(head, tag), (h, t), (object, t + 1)) */
      FOUND(0); /* this step has no value */
      NO_STEP;
      break;
    }
  }
}
c_code {
  static int can_p0_3(void) {
    switch (now.pc[p0]) {
    case 3: /* pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1)) */
    case 5: /* pop_and_push: push cmpxchg(&(head, tag), (h, t), (object, t + 1)) */
      return !(now.head == now.p0_h && now.tag == now.p0_t);
    }
    return 0;
  }
}
c_code {
  static void step_p0_3(void) {
    switch (now.pc[p0]) {
    case 3: /* pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1)) */
      if (now.held[p0] == now.p0_h && now.head == now.p0_h) { FOUND(1); /* poppedByOne: at pop_and_push: pop */ }
      now.p0_h = nil;
      now.p0_t = 0;
      now.p0_n = nil;
      now.pc[p0] = 1; /* -> pop_and_push: load */
      break;
    case 5: /* pop_and_push: push cmpxchg(&(head, tag), (h, t), (object, t + 1)) */
      now.p0_h = nil;
      now.p0_t = 0;
      now.pc[p0] = 1; /* -> pop_and_push: load */
      break;
    }
  }
}
c_code { static int at_rest, moves; }
c_code {
  static void look_at_p0(void) {
    switch (now.pc[p0]) {
    case 2: /* pop_and_push: popLink if (!h) continue; n = h->next; */
    case 3: /* pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1)) */
    case 4: /* pop_and_push: pushLink object->next = h; */
    case 5: /* pop_and_push: push cmpxchg(&(head, tag), (h, t), (object, t + 1)) */
      if (1) moves = 1;
      at_rest = 0;
      break;
    }
  }
}
c_code {
  static void look_at_state(void) {
    if (now.head == nil) { MET(2); /* met: ranEmpty */ }
    at_rest = 1; moves = 0;
    look_at_p0();
    if (!at_rest && !moves) { FOUND(3); /* deadlock */ }
  }
}

active proctype run_p0()
{
  do
  :: d_step { c_expr { (can_p0_1)() } -> c_code { ANEW; step_p0_1(); }; LOOKED }
  :: d_step { c_expr { (can_p0_2)() } -> c_code { ANEW; step_p0_2(); }; LOOKED }
  :: d_step { c_expr { (can_p0_3)() } -> c_code { ANEW; step_p0_3(); }; LOOKED }
  od
}

/* Looks at every state and changes none. */
active proctype monitor()
{
  do
  :: d_step { true -> c_code { ANEW; look_at_state(); NO_STEP; }; LOOKED }
  od
}
