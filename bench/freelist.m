-- The lock-free free list of examples/freelist.ts, by hand: what a user of Murphi would write, so that Rumur is not
-- measured on our export. Dead variables are reset, so that they make no states apart. The bench sets last_tag.

const
  nil: 0;
  last_tag: 7;

type
  process: 1 .. 4;
  pointer: 0 .. 4; -- nil, or an object
  tags: 0 .. last_tag;

var
  head: pointer;
  tag: tags;
  link: array [1 .. 4] of pointer;
  at: array [process] of enum { load, pop_link, pop, push_link, push };
  h: array [process] of pointer;
  t: array [process] of tags;
  n: array [process] of pointer;
  held: array [process] of pointer;

startstate begin
  head := 1;
  tag := 0;
  for o: 1 .. 3 do link[o] := o + 1; end;
  link[4] := nil;
  for p: process do
    at[p] := load;
    h[p] := nil;
    t[p] := 0;
    n[p] := nil;
    held[p] := nil;
  end;
end;

ruleset p: process do
  rule "load"
    at[p] = load & tag < last_tag
  ==> begin
    h[p] := head;
    t[p] := tag;
    if held[p] = nil then at[p] := pop_link; else at[p] := push_link; end;
  end;

  rule "pop: read the link"
    at[p] = pop_link
  ==> begin
    if h[p] = nil then
      t[p] := 0;
      at[p] := load;
    else
      n[p] := link[h[p]];
      at[p] := pop;
    end;
  end;

  rule "pop: compare and exchange"
    at[p] = pop
  ==> begin
    if head = h[p] & tag = t[p] then
      assert "nobody holds what is popped" forall q: process do held[q] != h[p] end;
      head := n[p];
      tag := tag + 1;
      held[p] := h[p];
    end;
    h[p] := nil;
    t[p] := 0;
    n[p] := nil;
    at[p] := load;
  end;

  rule "push: write the link"
    at[p] = push_link
  ==> begin
    link[held[p]] := h[p];
    at[p] := push;
  end;

  rule "push: compare and exchange"
    at[p] = push
  ==> begin
    if head = h[p] & tag = t[p] then
      head := held[p];
      tag := tag + 1;
      held[p] := nil;
    end;
    h[p] := nil;
    t[p] := 0;
    at[p] := load;
  end;
end;
