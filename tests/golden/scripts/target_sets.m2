S = QQ[t0,t1,t2,t3,x1,x2,tag0]
total = tag0*(t0 + t1*x1 + t2*t3*x2)
derivatives = matrix {{diff(t0, total),diff(t1, total),diff(t2, total),diff(t3, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[t0,t1,t2,t3]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|0")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(2 + 3*x1))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[t0,t1,t2,t3,x1,x2,tag0]
total = tag0*(t0 + t1*x1 + t2*t3*x2)
derivatives = matrix {{diff(t0, total),diff(t1, total),diff(t2, total),diff(t3, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[t0,t1,t2,t3]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|1")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(1 + x1 + x2))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,b1,b2,tag0]
total = tag0*(a1*b1 + a2*b2)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(b1, total),diff(b2, total)}}
JS = last coefficients(derivatives, Variables => {tag0})
CS = last coefficients(matrix {{total}}, Variables => {tag0})
MS = first coefficients(matrix {{total}}, Variables => {tag0})
R = QQ[a1,a2,b1,b2]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|2")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(1))}}, Variables => {tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,b1,b2,tag0]
total = tag0*(a1*b1 + a2*b2)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(b1, total),diff(b2, total)}}
JS = last coefficients(derivatives, Variables => {tag0})
CS = last coefficients(matrix {{total}}, Variables => {tag0})
MS = first coefficients(matrix {{total}}, Variables => {tag0})
R = QQ[a1,a2,b1,b2]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|3")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(0))}}, Variables => {tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,b1,b2,tag0,tag1,tag2,tag3]
total = tag0*(a1*b1) + tag1*(a1*b2) + tag2*(a2*b1) + tag3*(a2*b2)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(b1, total),diff(b2, total)}}
JS = last coefficients(derivatives, Variables => {tag0,tag1,tag2,tag3})
CS = last coefficients(matrix {{total}}, Variables => {tag0,tag1,tag2,tag3})
MS = first coefficients(matrix {{total}}, Variables => {tag0,tag1,tag2,tag3})
R = QQ[a1,a2,b1,b2]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|4")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(1) + tag1*(2) + tag2*(2) + tag3*(4))}}, Variables => {tag0,tag1,tag2,tag3}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,b1,b2,tag0,tag1,tag2,tag3]
total = tag0*(a1*b1) + tag1*(a1*b2) + tag2*(a2*b1) + tag3*(a2*b2)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(b1, total),diff(b2, total)}}
JS = last coefficients(derivatives, Variables => {tag0,tag1,tag2,tag3})
CS = last coefficients(matrix {{total}}, Variables => {tag0,tag1,tag2,tag3})
MS = first coefficients(matrix {{total}}, Variables => {tag0,tag1,tag2,tag3})
R = QQ[a1,a2,b1,b2]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|5")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(0) + tag1*(0) + tag2*(0) + tag3*(0))}}, Variables => {tag0,tag1,tag2,tag3}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a11,a12,a21,a22,b1,b2,tag0,tag1]
total = tag0*(a11*b1 + a12*b2) + tag1*(a21*b1 + a22*b2)
derivatives = matrix {{diff(a11, total),diff(a12, total),diff(a21, total),diff(a22, total),diff(b1, total),diff(b2, total)}}
JS = last coefficients(derivatives, Variables => {tag0,tag1})
CS = last coefficients(matrix {{total}}, Variables => {tag0,tag1})
MS = first coefficients(matrix {{total}}, Variables => {tag0,tag1})
R = QQ[a11,a12,a21,a22,b1,b2]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|6")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(1) + tag1*(2))}}, Variables => {tag0,tag1}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a11,a12,a21,a22,b1,b2,tag0,tag1]
total = tag0*(a11*b1 + a12*b2) + tag1*(a21*b1 + a22*b2)
derivatives = matrix {{diff(a11, total),diff(a12, total),diff(a21, total),diff(a22, total),diff(b1, total),diff(b2, total)}}
JS = last coefficients(derivatives, Variables => {tag0,tag1})
CS = last coefficients(matrix {{total}}, Variables => {tag0,tag1})
MS = first coefficients(matrix {{total}}, Variables => {tag0,tag1})
R = QQ[a11,a12,a21,a22,b1,b2]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|7")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(0) + tag1*(0))}}, Variables => {tag0,tag1}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,a3,b1,b2,b3,tag0,tag1,tag2,tag3,tag4,tag5,tag6,tag7,tag8]
total = tag0*(a1*b1) + tag1*(a1*b2) + tag2*(a1*b3) + tag3*(a2*b1) + tag4*(a2*b2) + tag5*(a2*b3) + tag6*(a3*b1) + tag7*(a3*b2) + tag8*(a3*b3)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(a3, total),diff(b1, total),diff(b2, total),diff(b3, total)}}
JS = last coefficients(derivatives, Variables => {tag0,tag1,tag2,tag3,tag4,tag5,tag6,tag7,tag8})
CS = last coefficients(matrix {{total}}, Variables => {tag0,tag1,tag2,tag3,tag4,tag5,tag6,tag7,tag8})
MS = first coefficients(matrix {{total}}, Variables => {tag0,tag1,tag2,tag3,tag4,tag5,tag6,tag7,tag8})
R = QQ[a1,a2,a3,b1,b2,b3]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|8")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(1) + tag1*(2) + tag2*(0) + tag3*(2) + tag4*(4) + tag5*(0) + tag6*(0) + tag7*(0) + tag8*(0))}}, Variables => {tag0,tag1,tag2,tag3,tag4,tag5,tag6,tag7,tag8}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[l11,l21,l22,u11,u12,u22,tag0,tag1,tag2,tag3]
total = tag0*(l11*u11) + tag1*(l11*u12) + tag2*(l21*u11) + tag3*(l21*u12 + l22*u22)
derivatives = matrix {{diff(l11, total),diff(l21, total),diff(l22, total),diff(u11, total),diff(u12, total),diff(u22, total)}}
JS = last coefficients(derivatives, Variables => {tag0,tag1,tag2,tag3})
CS = last coefficients(matrix {{total}}, Variables => {tag0,tag1,tag2,tag3})
MS = first coefficients(matrix {{total}}, Variables => {tag0,tag1,tag2,tag3})
R = QQ[l11,l21,l22,u11,u12,u22]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|9")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(1) + tag1*(1) + tag2*(1) + tag3*(1))}}, Variables => {tag0,tag1,tag2,tag3}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[l11,l21,l22,u11,u12,u22,tag0,tag1,tag2,tag3]
total = tag0*(l11*u11) + tag1*(l11*u12) + tag2*(l21*u11) + tag3*(l21*u12 + l22*u22)
derivatives = matrix {{diff(l11, total),diff(l21, total),diff(l22, total),diff(u11, total),diff(u12, total),diff(u22, total)}}
JS = last coefficients(derivatives, Variables => {tag0,tag1,tag2,tag3})
CS = last coefficients(matrix {{total}}, Variables => {tag0,tag1,tag2,tag3})
MS = first coefficients(matrix {{total}}, Variables => {tag0,tag1,tag2,tag3})
R = QQ[l11,l21,l22,u11,u12,u22]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|10")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(1) + tag1*(0) + tag2*(0) + tag3*(1))}}, Variables => {tag0,tag1,tag2,tag3}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[l11,l21,l22,u11,u12,u22,tag0,tag1,tag2,tag3]
total = tag0*(l11*u11) + tag1*(l11*u12) + tag2*(l21*u11) + tag3*(l21*u12 + l22*u22)
derivatives = matrix {{diff(l11, total),diff(l21, total),diff(l22, total),diff(u11, total),diff(u12, total),diff(u22, total)}}
JS = last coefficients(derivatives, Variables => {tag0,tag1,tag2,tag3})
CS = last coefficients(matrix {{total}}, Variables => {tag0,tag1,tag2,tag3})
MS = first coefficients(matrix {{total}}, Variables => {tag0,tag1,tag2,tag3})
R = QQ[l11,l21,l22,u11,u12,u22]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|11")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(0) + tag1*(0) + tag2*(0) + tag3*(1))}}, Variables => {tag0,tag1,tag2,tag3}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[l11,l21,l22,u11,u12,u22,tag0,tag1,tag2,tag3]
total = tag0*(l11*u11) + tag1*(l11*u12) + tag2*(l21*u11) + tag3*(l21*u12 + l22*u22)
derivatives = matrix {{diff(l11, total),diff(l21, total),diff(l22, total),diff(u11, total),diff(u12, total),diff(u22, total)}}
JS = last coefficients(derivatives, Variables => {tag0,tag1,tag2,tag3})
CS = last coefficients(matrix {{total}}, Variables => {tag0,tag1,tag2,tag3})
MS = first coefficients(matrix {{total}}, Variables => {tag0,tag1,tag2,tag3})
R = QQ[l11,l21,l22,u11,u12,u22]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|12")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(0) + tag1*(0) + tag2*(0) + tag3*(0))}}, Variables => {tag0,tag1,tag2,tag3}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a,b,c,x,tag0]
total = tag0*(a*b*c*x)
derivatives = matrix {{diff(a, total),diff(b, total),diff(c, total)}}
JS = last coefficients(derivatives, Variables => {x,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x,tag0})
R = QQ[a,b,c]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|13")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(x))}}, Variables => {x,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a,b,c,x,tag0]
total = tag0*(a*b*c*x)
derivatives = matrix {{diff(a, total),diff(b, total),diff(c, total)}}
JS = last coefficients(derivatives, Variables => {x,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x,tag0})
R = QQ[a,b,c]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|14")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(0))}}, Variables => {x,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,b1,b2,x1,x2,tag0]
total = tag0*((a1^2 - b1^2)*x1 + (a2^2 - b2^2)*x2)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(b1, total),diff(b2, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[a1,a2,b1,b2]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|15")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(x1))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,b1,b2,x1,x2,tag0]
total = tag0*((a1^2 - b1^2)*x1 + (a2^2 - b2^2)*x2)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(b1, total),diff(b2, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[a1,a2,b1,b2]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|16")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(x1 - 4*x2))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,b1,b2,x1,x2,tag0]
total = tag0*((a1^2 - b1^2)*x1 + (a2^2 - b2^2)*x2)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(b1, total),diff(b2, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[a1,a2,b1,b2]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|17")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(0))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,b1,b2,c1,c2,x1,x2,tag0]
total = tag0*(a1*b1*c1*x1 + a2*b2*c2*x2)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(b1, total),diff(b2, total),diff(c1, total),diff(c2, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[a1,a2,b1,b2,c1,c2]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|18")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(x1))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,b1,b2,c1,c2,x1,x2,tag0]
total = tag0*(a1*b1*c1*x1 + a2*b2*c2*x2)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(b1, total),diff(b2, total),diff(c1, total),diff(c2, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[a1,a2,b1,b2,c1,c2]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|19")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(0))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,w1,w2,x,tag0]
total = tag0*(a1*(w1*x)^2 + a2*(w2*x)^2)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(w1, total),diff(w2, total)}}
JS = last coefficients(derivatives, Variables => {x,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x,tag0})
R = QQ[a1,a2,w1,w2]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|20")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(x^2))}}, Variables => {x,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,w1,w2,x,tag0]
total = tag0*(a1*(w1*x)^2 + a2*(w2*x)^2)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(w1, total),diff(w2, total)}}
JS = last coefficients(derivatives, Variables => {x,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x,tag0})
R = QQ[a1,a2,w1,w2]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|21")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(0))}}, Variables => {x,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,w11,w12,w21,w22,x1,x2,tag0]
total = tag0*(a1*(w11*x1 + w12*x2)^2 + a2*(w21*x1 + w22*x2)^2)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(w11, total),diff(w12, total),diff(w21, total),diff(w22, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[a1,a2,w11,w12,w21,w22]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|22")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(x1^2))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,w11,w12,w21,w22,x1,x2,tag0]
total = tag0*(a1*(w11*x1 + w12*x2)^2 + a2*(w21*x1 + w22*x2)^2)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(w11, total),diff(w12, total),diff(w21, total),diff(w22, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[a1,a2,w11,w12,w21,w22]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|23")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(4*x1*x2))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,w11,w12,w21,w22,x1,x2,tag0]
total = tag0*(a1*(w11*x1 + w12*x2)^2 + a2*(w21*x1 + w22*x2)^2)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(w11, total),diff(w12, total),diff(w21, total),diff(w22, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[a1,a2,w11,w12,w21,w22]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|24")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(0))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[w11,w12,w21,w22,x1,x2,tag0]
total = tag0*((w11*x1 + w12*x2)^2 + (w21*x1 + w22*x2)^2)
derivatives = matrix {{diff(w11, total),diff(w12, total),diff(w21, total),diff(w22, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[w11,w12,w21,w22]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|25")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(x1^2))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[w11,w12,w21,w22,x1,x2,tag0]
total = tag0*((w11*x1 + w12*x2)^2 + (w21*x1 + w22*x2)^2)
derivatives = matrix {{diff(w11, total),diff(w12, total),diff(w21, total),diff(w22, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[w11,w12,w21,w22]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|26")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(x1^2 + x2^2))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,w1,w2,x,tag0]
total = tag0*(a1*(w1*x)^3 + a2*(w2*x)^3)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(w1, total),diff(w2, total)}}
JS = last coefficients(derivatives, Variables => {x,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x,tag0})
R = QQ[a1,a2,w1,w2]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|27")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(x^3))}}, Variables => {x,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,w11,w12,w21,w22,x1,x2,tag0]
total = tag0*(a1*(w11*x1 + w12*x2)^3 + a2*(w21*x1 + w22*x2)^3)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(w11, total),diff(w12, total),diff(w21, total),diff(w22, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[a1,a2,w11,w12,w21,w22]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|28")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(x1^3))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,w11,w12,w21,w22,x1,x2,tag0]
total = tag0*(a1*(w11*x1 + w12*x2)^3 + a2*(w21*x1 + w22*x2)^3)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(w11, total),diff(w12, total),diff(w21, total),diff(w22, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[a1,a2,w11,w12,w21,w22]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|29")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(x1^3 + x2^3))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a1,a2,w11,w12,w21,w22,x1,x2,tag0]
total = tag0*(a1*(w11*x1 + w12*x2)^3 + a2*(w21*x1 + w22*x2)^3)
derivatives = matrix {{diff(a1, total),diff(a2, total),diff(w11, total),diff(w12, total),diff(w21, total),diff(w22, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[a1,a2,w11,w12,w21,w22]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|30")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(0))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[w11,w12,w21,w22,x1,x2,tag0]
total = tag0*((w11*x1 + w12*x2)^3 + (w21*x1 + w22*x2)^3)
derivatives = matrix {{diff(w11, total),diff(w12, total),diff(w21, total),diff(w22, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[w11,w12,w21,w22]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|31")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(x1^3))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[w11,w12,w21,w22,x1,x2,tag0]
total = tag0*((w11*x1 + w12*x2)^3 + (w21*x1 + w22*x2)^3)
derivatives = matrix {{diff(w11, total),diff(w12, total),diff(w21, total),diff(w22, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[w11,w12,w21,w22]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|32")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(0))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a,w,b,x,tag0]
total = tag0*(a*(w*x + b)^2)
derivatives = matrix {{diff(a, total),diff(w, total),diff(b, total)}}
JS = last coefficients(derivatives, Variables => {x,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x,tag0})
R = QQ[a,w,b]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|33")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*((x + 1)^2))}}, Variables => {x,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a,w,b,x,tag0]
total = tag0*(a*(w*x + b)^2)
derivatives = matrix {{diff(a, total),diff(w, total),diff(b, total)}}
JS = last coefficients(derivatives, Variables => {x,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x,tag0})
R = QQ[a,w,b]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|34")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(0))}}, Variables => {x,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a,b,c,x,tag0]
total = tag0*((x^2 + a*x + b)*(x + c))
derivatives = matrix {{diff(a, total),diff(b, total),diff(c, total)}}
JS = last coefficients(derivatives, Variables => {x,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x,tag0})
R = QQ[a,b,c]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|35")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*((x - 1)*(x - 2)*(x - 3)))}}, Variables => {x,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a,b,c,x,tag0]
total = tag0*((x^2 + a*x + b)*(x + c))
derivatives = matrix {{diff(a, total),diff(b, total),diff(c, total)}}
JS = last coefficients(derivatives, Variables => {x,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x,tag0})
R = QQ[a,b,c]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|36")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*((x - 1)^2*(x - 2)))}}, Variables => {x,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a,b,c,d,x,tag0]
total = tag0*((x^2 + a*x + b)*(x^2 + c*x + d))
derivatives = matrix {{diff(a, total),diff(b, total),diff(c, total),diff(d, total)}}
JS = last coefficients(derivatives, Variables => {x,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x,tag0})
R = QQ[a,b,c,d]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|37")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*((x^2 - 1)^2))}}, Variables => {x,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a,b,c,d,x,tag0]
total = tag0*((x^2 + a*x + b)*(x^2 + c*x + d))
derivatives = matrix {{diff(a, total),diff(b, total),diff(c, total),diff(d, total)}}
JS = last coefficients(derivatives, Variables => {x,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x,tag0})
R = QQ[a,b,c,d]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|38")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(x^4))}}, Variables => {x,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[p,q,r,x,tag0]
total = tag0*((x - p)*(x - q)*(x - r))
derivatives = matrix {{diff(p, total),diff(q, total),diff(r, total)}}
JS = last coefficients(derivatives, Variables => {x,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x,tag0})
R = QQ[p,q,r]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|39")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*((x - 1)^2*(x - 2)))}}, Variables => {x,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a,b,x1,x2,tag0]
total = tag0*((a^3 + a*b)*x1 + b*x2)
derivatives = matrix {{diff(a, total),diff(b, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[a,b]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|40")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(-x2))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a,b,x1,x2,tag0]
total = tag0*((a^3 + a*b)*x1 + b*x2)
derivatives = matrix {{diff(a, total),diff(b, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[a,b]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|41")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(0))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
S = QQ[a,b,c,x1,x2,tag0]
total = tag0*(c*x1 + (a^2 + b^2 - 1)^2*x2)
derivatives = matrix {{diff(a, total),diff(b, total),diff(c, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,tag0})
R = QQ[a,b,c]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|target|42")
fibre = trim ideal sub(last coefficients(matrix {{total - (tag0*(x1))}}, Variables => {x1,x2,tag0}), R)
print("OUT|fibre|" | toString dim fibre | "|" | toString(radical fibre == fibre))
for P in minimalPrimes fibre do (
  rk = min(numRows J, numColumns J);
  while rk > 0 and containedIn(minors(rk, J), P) do rk = rk - 1;
  print("OUT|component|" | toString dim P | "|" | toString rk | "|" | written trim P);
  for s from 0 to rk-1 do (
    special = P + minors(s+1, J);
    for W in minimalPrimes special do
      print("OUT|special|" | toString s | "|" | toString dim W | "|" | written trim W)
  )
)
exit 0
