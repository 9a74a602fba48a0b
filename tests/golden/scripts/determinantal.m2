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
print("OUT|model|three affine coefficients, one a product")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|1x2 times 2x1")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|2x1 times 1x2")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|2x2 times 2x1")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|3x1 times 1x3")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|lower times upper triangular, 2x2")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|scalar chain of three")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|diagonal, two coordinates")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|deep diagonal, depth 3, two coordinates")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|quadratic network, two units, one input")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|quadratic network, two units, two inputs")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|squares of two linear forms in two inputs")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
)
S = QQ[w11,w12,w13,w21,w22,w23,x1,x2,x3,tag0]
total = tag0*((w11*x1 + w12*x2 + w13*x3)^2 + (w21*x1 + w22*x2 + w23*x3)^2)
derivatives = matrix {{diff(w11, total),diff(w12, total),diff(w13, total),diff(w21, total),diff(w22, total),diff(w23, total)}}
JS = last coefficients(derivatives, Variables => {x1,x2,x3,tag0})
CS = last coefficients(matrix {{total}}, Variables => {x1,x2,x3,tag0})
MS = first coefficients(matrix {{total}}, Variables => {x1,x2,x3,tag0})
R = QQ[w11,w12,w13,w21,w22,w23]
J = sub(JS, R)
C = sub(CS, R)
written = I -> concatenate between(";", apply(flatten entries gens I, toString))
containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)
print("OUT|model|squares of two linear forms in three inputs")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|cubic network, two units, one input")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|cubic network, two units, two inputs")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|cubes of two linear forms in two inputs")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|quadratic network with bias, one unit, one input")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|product of a quadratic and a linear factor")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|product of two monic quadratics")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|roots to coefficients of a cubic")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|cusp")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
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
print("OUT|model|circle")
most = min(numRows J, numColumns J)
while most > 0 and minors(most, J) == 0 do most = most - 1
print("OUT|generic|" | toString most)
lower = ideal(1_R)
for r from 0 to most do (
  I = if r == most then ideal(0_R) else minors(r+1, J);
  primes = if r == most then {ideal(0_R)} else minimalPrimes I;
  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else trim intersect primes;
  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);
  for P in primes do (
    print("OUT|component|" | toString dim P | "|" |
      toString containedIn(lower, P) | "|" | written trim P)
  );
  lower = rad
)
exit 0
