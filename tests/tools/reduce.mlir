// tenon-reduce knows our dialect and passes: what does not matter to the script goes.
// RUN: tenon-reduce %s --opt-reduction-pass='opt-pass=cse test=%S/has-exp.sh' | FileCheck %s
// CHECK: func.func @f
// CHECK-NEXT: tenon.exp
// CHECK-NEXT: return
// CHECK-NOT: tenon.tanh
func.func @f(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %0 = tenon.exp %x : tensor<?x2xf32>
  %1 = tenon.tanh %x : tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}
