// RUN: tenon-opt %s --pass-pipeline='builtin.module(split-prepare)' --split-input-file | FileCheck %s

tenon.variable @w : tensor<2xf32> "weight"
// CHECK: tenon.variable @"derived/0" : tensor<2xf32> "derived"
// CHECK: func.func @predict
// CHECK-NEXT: %[[D:.+]] = tenon.read @"derived/0" : tensor<2xf32>
// CHECK-NEXT: tenon.add %arg0, %[[D]]
// CHECK-NEXT: return
// CHECK: func.func @prepare() {
// CHECK-NEXT: %[[W:.+]] = tenon.read @w
// CHECK-NEXT: %[[E:.+]] = tenon.exp %[[W]]
// CHECK-NEXT: tenon.assign @"derived/0", %[[E]]
// CHECK-NEXT: return
func.func @predict(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = tenon.read @w : tensor<2xf32>
  %0 = tenon.exp %w : tensor<2xf32>
  %1 = tenon.add %x, %0 : tensor<?x2xf32>, tensor<2xf32>
  return %1 : tensor<?x2xf32>
}

// -----

// A view of a weight stays, and so does a name that is taken; nothing else depends on variables alone.
tenon.variable @w : tensor<2x1xf32> "weight"
tenon.variable @"derived/0" : tensor<2xf32> "derived"
// CHECK: tenon.variable @"derived/1" : tensor<2x1xf32> "derived"
// CHECK: func.func @predict
// CHECK-DAG: %[[D:.+]] = tenon.read @"derived/1"
// CHECK-DAG: %[[W:.+]] = tenon.read @w
// CHECK: tenon.reshape %[[W]]
// CHECK: tenon.reshape %[[D]]
func.func @predict(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = tenon.read @w : tensor<2x1xf32>
  %0 = tenon.reshape %w {shape = array<i64: 2>} : tensor<2x1xf32>
  %1 = tenon.add %x, %0 : tensor<?x2xf32>, tensor<2xf32>
  %2 = tenon.exp %w : tensor<2x1xf32>
  %3 = tenon.reshape %2 {shape = array<i64: 2>} : tensor<2x1xf32>
  %4 = tenon.add %1, %3 : tensor<?x2xf32>, tensor<2xf32>
  return %4 : tensor<?x2xf32>
}

// -----

// CHECK: tenon.variable @plain
// CHECK-NOT: @prepare
tenon.variable @plain : tensor<2xf32> "weight"
func.func @predict(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = tenon.read @plain : tensor<2xf32>
  %0 = tenon.add %x, %w : tensor<?x2xf32>, tensor<2xf32>
  return %0 : tensor<?x2xf32>
}
