-- freelist, for Rumur; written by nolock
-- a full search: rumur --deadlock-detection off --symmetry-reduction off --value-type int32_t
-- relation f47728e59698fe0be008ccbb7be982c8237840ea1b63a28a71eaeeaa9dea54ee
-- p0 runs pop_and_push
-- finding 0: model error
-- finding 1: poppedByOne (violated)
-- finding 3: deadlock
-- finding 2: ranEmpty is met (sometimes)

const
  object0: 0;
  p0: 0;
  object1: 1;
  nil: 4;

var head: 0 .. 4;
var tag: 0 .. 2;
var link: array [0 .. 1] of 0 .. 4;
var held: array [0 .. 0] of 0 .. 4;
var p0_h: 0 .. 4;
var p0_t: 0 .. 2;
var p0_n: 0 .. 4;
-- where each context stands: its label, 0 at the end of its script
var pc: array [0 .. 0] of 0 .. 5;

function at_rest_p0(): boolean;
var kind: 0 .. 1;
begin
  kind := 0;
  if pc[p0] >= 2 & pc[p0] <= 5 then
    kind := 1;
  end;
  if kind = 1 then
    return false;
  end;
  return true;
end;

function moves_p0(): boolean;
var kind: 0 .. 1;
begin
  kind := 0;
  if pc[p0] >= 2 & pc[p0] <= 5 then
    kind := 1;
  end;
  if kind = 1 then
    return (true);
  end;
  return false;
end;

startstate "initial" begin
  head := object0;
  tag := 0;
  link[object0] := object1;
  link[object1] := nil;
  held[p0] := nil;
  p0_h := nil;
  p0_t := 0;
  p0_n := nil;
  pc[p0] := 1;
end;
function can_p0_1(): boolean;
var kind: 0 .. 4;
begin
  kind := 0;
  if pc[p0] = 1 then -- pop_and_push: load h = head; t = tag;
    kind := 1;
  elsif pc[p0] = 2 then -- pop_and_push: popLink if (!h) continue; n = h->next;
    kind := 2;
  elsif pc[p0] = 3 then -- pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1))
    kind := 3;
  elsif pc[p0] = 4 then -- pop_and_push: pushLink object->next = h;
    kind := 4;
  elsif pc[p0] = 5 then -- pop_and_push: push cmpxchg(&(head, tag), (h, t), (object, t + 1))
    kind := 3;
  end;
  if kind = 1 then
    return tag < 2 & held[p0] = nil;
  elsif kind = 2 then
    return p0_h = nil;
  elsif kind = 3 then
    return head = p0_h & tag = p0_t & tag + 1 <= 2;
  elsif kind = 4 then
    return held[p0] != nil;
  end;
  return false;
end;

rule "p0_1"
  can_p0_1()
==>
var kind: 0 .. 5; next_pc: 0 .. 6;
begin
  next_pc := 0;
  kind := 0;
  if pc[p0] = 1 then -- pop_and_push: load h = head; t = tag;
    kind := 1;
    next_pc := 2;
  elsif pc[p0] = 2 then -- pop_and_push: popLink if (!h) continue; n = h->next;
    kind := 2;
    next_pc := 1;
  elsif pc[p0] = 3 then -- pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1))
    kind := 3;
    next_pc := 1;
  elsif pc[p0] = 4 then -- pop_and_push: pushLink object->next = h;
    kind := 4;
    next_pc := 5;
  elsif pc[p0] = 5 then -- pop_and_push: push cmpxchg(&(head, tag), (h, t), (object, t + 1))
    kind := 5;
    next_pc := 1;
  end;
  if kind = 1 then
    p0_h := head;
    p0_t := tag;
  elsif kind = 2 then
    p0_h := nil;
    p0_t := 0;
  elsif kind = 3 then
    assert "poppedByOne: at pop_and_push: pop" !((exists c: 0 .. 0 do held[c] = p0_h & head = p0_h end));
    head := p0_n;
    tag := tag + 1;
    held[p0] := p0_h;
    p0_h := nil;
    p0_t := 0;
    p0_n := nil;
  elsif kind = 4 then
    link[held[p0]] := p0_h;
  elsif kind = 5 then
    head := held[p0];
    tag := tag + 1;
    held[p0] := nil;
    p0_h := nil;
    p0_t := 0;
  end;
  pc[p0] := next_pc;
end;

function can_p0_2(): boolean;
var kind: 0 .. 4;
begin
  kind := 0;
  if pc[p0] = 1 then -- pop_and_push: load h = head; t = tag;
    kind := 1;
  elsif pc[p0] = 2 then -- pop_and_push: popLink if (!h) continue; n = h->next;
    kind := 2;
  elsif pc[p0] = 3 then -- pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1))
    kind := 3;
  elsif pc[p0] = 4 then -- pop_and_push: pushLink object->next = h;
    kind := 4;
  elsif pc[p0] = 5 then -- pop_and_push: push cmpxchg(&(head, tag), (h, t), (object, t + 1))
    kind := 3;
  end;
  if kind = 1 then
    return !(tag < 2 & held[p0] = nil) & tag < 2;
  elsif kind = 2 then
    return p0_h != nil;
  elsif kind = 3 then
    return head = p0_h & tag = p0_t & !(tag + 1 <= 2);
  elsif kind = 4 then
    return held[p0] = nil;
  end;
  return false;
end;

rule "p0_2"
  can_p0_2()
==>
var kind: 0 .. 4; next_pc: 0 .. 6;
begin
  next_pc := 0;
  kind := 0;
  if pc[p0] = 1 then -- pop_and_push: load h = head; t = tag;
    kind := 1;
    next_pc := 4;
  elsif pc[p0] = 2 then -- pop_and_push: popLink if (!h) continue; n = h->next;
    kind := 2;
    next_pc := 3;
  elsif pc[p0] = 3 then -- pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1))
    kind := 3;
  elsif pc[p0] >= 4 & pc[p0] <= 5 then
    kind := 4;
  end;
  if kind = 1 then
    p0_h := head;
    p0_t := tag;
  elsif kind = 2 then
    p0_n := link[p0_h];
  elsif kind = 3 then
    assert "poppedByOne: at pop_and_push: pop" !((exists c: 0 .. 0 do held[c] = p0_h & head = p0_h end));
    error "this step has no value";
    assume "there is no state after this" false;
  elsif kind = 4 then
    error "this step has no value";
    assume "there is no state after this" false;
  end;
  pc[p0] := next_pc;
end;

function can_p0_3(): boolean;
var kind: 0 .. 1;
begin
  kind := 0;
  if pc[p0] = 3 then -- pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1))
    kind := 1;
  elsif pc[p0] = 5 then -- pop_and_push: push cmpxchg(&(head, tag), (h, t), (object, t + 1))
    kind := 1;
  end;
  if kind = 1 then
    return !(head = p0_h & tag = p0_t);
  end;
  return false;
end;

rule "p0_3"
  can_p0_3()
==>
var kind: 0 .. 2; next_pc: 0 .. 6;
begin
  next_pc := 0;
  kind := 0;
  if pc[p0] = 3 then -- pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1))
    kind := 1;
    next_pc := 1;
  elsif pc[p0] = 5 then -- pop_and_push: push cmpxchg(&(head, tag), (h, t), (object, t + 1))
    kind := 2;
    next_pc := 1;
  end;
  if kind = 1 then
    assert "poppedByOne: at pop_and_push: pop" !((exists c: 0 .. 0 do held[c] = p0_h & head = p0_h end));
    p0_h := nil;
    p0_t := 0;
    p0_n := nil;
  elsif kind = 2 then
    p0_h := nil;
    p0_t := 0;
  end;
  pc[p0] := next_pc;
end;


invariant "deadlock" !(!(at_rest_p0()) & !(moves_p0()));
