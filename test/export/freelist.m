-- freelist, for Rumur; written by nolock
-- a full search: rumur --deadlock-detection off --symmetry-reduction off --value-type int32_t
-- relation c893a89b00f69a25526dd2ae3814a1b87def7924d999b9d7bf62cd161c22004b
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

function at_rest_p0(): boolean; begin
  switch pc[p0]
  case 2: return false; -- pop_and_push: popLink if (!h) continue; n = h->next;
  case 3: return false; -- pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1))
  case 4: return false; -- pop_and_push: pushLink object->next = h;
  case 5: return false; -- pop_and_push: push cmpxchg(&(head, tag), (h, t), (object, t + 1))
  end;
  return true;
end;

function moves_p0(): boolean; begin
  switch pc[p0]
  case 2: return (true); -- pop_and_push: popLink if (!h) continue; n = h->next;
  case 3: return (true); -- pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1))
  case 4: return (true); -- pop_and_push: pushLink object->next = h;
  case 5: return (true); -- pop_and_push: push cmpxchg(&(head, tag), (h, t), (object, t + 1))
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

-- pop_and_push: load h = head; t = tag;
rule "p0 1.0 pop_and_push: load -> pop_and_push: popLink"
  pc[p0] = 1 & (tag < 2 & held[p0] = nil)
==>
begin
  p0_h := head;
  p0_t := tag;
  pc[p0] := 2;
end;
rule "p0 1.1 pop_and_push: load -> pop_and_push: pushLink"
  pc[p0] = 1 & (!(tag < 2 & held[p0] = nil) & tag < 2)
==>
begin
  p0_h := head;
  p0_t := tag;
  pc[p0] := 4;
end;

-- pop_and_push: popLink if (!h) continue; n = h->next;
rule "p0 2.0 pop_and_push: popLink -> pop_and_push: load"
  pc[p0] = 2 & (p0_h = nil)
==>
begin
  p0_h := nil;
  p0_t := 0;
  pc[p0] := 1;
end;
rule "p0 2.1 pop_and_push: popLink -> pop_and_push: pop"
  pc[p0] = 2 & (p0_h != nil)
==>
begin
  p0_n := link[p0_h];
  pc[p0] := 3;
end;

-- pop_and_push: pop cmpxchg(&(head, tag), (h, t), (n, t + 1))
rule "p0 3.0 pop_and_push: pop -> pop_and_push: load"
  pc[p0] = 3 & (head = p0_h & tag = p0_t & tag + 1 <= 2)
==>
begin
  assert "poppedByOne: at pop_and_push: pop" !((exists c: 0 .. 0 do held[c] = p0_h & head = p0_h end));
  head := p0_n;
  tag := tag + 1;
  held[p0] := p0_h;
  p0_h := nil;
  p0_t := 0;
  p0_n := nil;
  pc[p0] := 1;
end;
rule "p0 3.1 pop_and_push: pop -> (no step)"
  pc[p0] = 3 & (head = p0_h & tag = p0_t & !(tag + 1 <= 2))
==>
begin
  assert "poppedByOne: at pop_and_push: pop" !((exists c: 0 .. 0 do held[c] = p0_h & head = p0_h end));
  error "this step has no value";
  assume "there is no state after this" false;
end;
rule "p0 3.2 pop_and_push: pop -> pop_and_push: load"
  pc[p0] = 3 & (!(head = p0_h & tag = p0_t))
==>
begin
  assert "poppedByOne: at pop_and_push: pop" !((exists c: 0 .. 0 do held[c] = p0_h & head = p0_h end));
  p0_h := nil;
  p0_t := 0;
  p0_n := nil;
  pc[p0] := 1;
end;

-- pop_and_push: pushLink object->next = h;
rule "p0 4.0 pop_and_push: pushLink -> pop_and_push: push"
  pc[p0] = 4 & (held[p0] != nil)
==>
begin
  link[held[p0]] := p0_h;
  pc[p0] := 5;
end;
rule "p0 4.1 pop_and_push: pushLink -> (no step)"
  pc[p0] = 4 & (held[p0] = nil)
==>
begin
  error "this step has no value";
  assume "there is no state after this" false;
end;

-- pop_and_push: push cmpxchg(&(head, tag), (h, t), (object, t + 1))
rule "p0 5.0 pop_and_push: push -> pop_and_push: load"
  pc[p0] = 5 & (head = p0_h & tag = p0_t & tag + 1 <= 2)
==>
begin
  head := held[p0];
  tag := tag + 1;
  held[p0] := nil;
  p0_h := nil;
  p0_t := 0;
  pc[p0] := 1;
end;
rule "p0 5.1 pop_and_push: push -> (no step)"
  pc[p0] = 5 & (head = p0_h & tag = p0_t & !(tag + 1 <= 2))
==>
begin
  error "this step has no value";
  assume "there is no state after this" false;
end;
rule "p0 5.2 pop_and_push: push -> pop_and_push: load"
  pc[p0] = 5 & (!(head = p0_h & tag = p0_t))
==>
begin
  p0_h := nil;
  p0_t := 0;
  pc[p0] := 1;
end;

invariant "deadlock" !(!(at_rest_p0()) & !(moves_p0()));
