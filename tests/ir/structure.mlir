// RUN: tenon-opt %s | tenon-opt | FileCheck %s
// RUN: tenon-opt %s --mlir-print-op-generic | tenon-opt | FileCheck %s
// RUN: tenon-opt %s --emit-bytecode | tenon-opt | FileCheck %s
// RUN: tenon-opt %s --mlir-elide-elementsattrs-if-larger=4 | FileCheck %s --check-prefix=ELIDED
// The ops that hold programs together print as they parse; the others' round trips are ops_test.cpp's.

// CHECK: tenon.variable @"dense/kernel" : tensor<8x2xf32> "weight" trainable
tenon.variable @"dense/kernel" : tensor<8x2xf32> "weight" trainable
// CHECK: tenon.variable @"bn/mean" : tensor<2xf32> "statistic" = dense<0.000000e+00> : tensor<2xf32>
tenon.variable @"bn/mean" : tensor<2xf32> "statistic" = dense<0.0> : tensor<2xf32>
// CHECK: tenon.variable "private" @step : tensor<i64> "hyper" = dense<1> : tensor<i64>
tenon.variable "private" @step : tensor<i64> "hyper" = dense<1> : tensor<i64>
// CHECK: tenon.variable @"derived/0" : tensor<8x2xf32, #tenon.packed<panel = 8, backward = false>> "derived"
tenon.variable @"derived/0" : tensor<8x2xf32, #tenon.packed<panel = 8, backward = false>> "derived"

// CHECK-LABEL: func.func @prepare()
func.func @prepare() {
  // CHECK: %[[K:.*]] = tenon.read @"dense/kernel" : tensor<8x2xf32>
  %0 = tenon.read @"dense/kernel" : tensor<8x2xf32>
  // CHECK: tenon.kernel "pack"(%[[K]]) : (tensor<8x2xf32>) -> tensor<8x2xf32, #tenon.packed<panel = 8, backward = false>> {
  %1 = tenon.kernel "pack"(%0) : (tensor<8x2xf32>) -> tensor<8x2xf32, #tenon.packed<panel = 8, backward = false>> {
  // CHECK: ^bb0(%[[IN:.*]]: tensor<8x2xf32>):
  ^bb0(%in: tensor<8x2xf32>):
    // CHECK: tenon.pack %[[IN]] as <panel = 8, backward = false> : tensor<8x2xf32>
    %2 = tenon.pack %in as <panel = 8, backward = false> : tensor<8x2xf32>
    tenon.yield %2 : tensor<8x2xf32, #tenon.packed<panel = 8, backward = false>>
  }
  // CHECK: tenon.assign @"derived/0", %{{.*}} : tensor<8x2xf32, #tenon.packed<panel = 8, backward = false>>
  tenon.assign @"derived/0", %1 : tensor<8x2xf32, #tenon.packed<panel = 8, backward = false>>
  return
}

// CHECK-LABEL: func.func @predict(%{{.*}}: tensor<?x8xf32> {tenon.name = "x"}) -> (tensor<?x2xf32> {tenon.name = "y"})
func.func @predict(%x: tensor<?x8xf32> {tenon.name = "x"}) -> (tensor<?x2xf32> {tenon.name = "y"}) {
  // ELIDED: tenon.constant dense_resource<__elided__> : tensor<8xf32>
  %c = tenon.constant dense<[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]> : tensor<8xf32>
  %0 = tenon.read @"derived/0" : tensor<8x2xf32, #tenon.packed<panel = 8, backward = false>>
  %1 = tenon.multiply %x, %c : tensor<?x8xf32>, tensor<8xf32>
  // CHECK: tenon.kernel "dense"(%{{.*}}, %{{.*}}) schedule <"gemm", tile = 6 by 8>
  %2 = tenon.kernel "dense"(%1, %0) schedule <"gemm", tile = 6 by 8> : (tensor<?x8xf32>, tensor<8x2xf32, #tenon.packed<panel = 8, backward = false>>) -> tensor<?x2xf32> {
  ^bb0(%in: tensor<?x8xf32>, %w: tensor<8x2xf32, #tenon.packed<panel = 8, backward = false>>):
    %3 = tenon.matmul %in, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x8xf32>, tensor<8x2xf32, #tenon.packed<panel = 8, backward = false>>
    tenon.yield %3 : tensor<?x2xf32>
  }
  return %2 : tensor<?x2xf32>
}
