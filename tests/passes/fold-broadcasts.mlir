// RUN: tenon-opt %s --pass-pipeline='builtin.module(func.func(fold-broadcasts))' --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @vector
func.func @vector(%x: tensor<?x4xf32>, %scale: tensor<4xf32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: tenon.multiply %arg1, %arg0 : tensor<4xf32>, tensor<?x4xf32>
  // CHECK-NEXT: return
  %0 = tenon.broadcast_like %scale like %x {axes = array<i64: 0>} : tensor<4xf32> like tensor<?x4xf32>
  %1 = tenon.multiply %0, %x : tensor<?x4xf32>, tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func.func @scalar_and_kept
func.func @scalar_and_kept(%x: tensor<?x4xf32>, %s: tensor<f32>, %rows: tensor<?x1xf32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: %[[A:.+]] = tenon.add %arg0, %arg1 : tensor<?x4xf32>, tensor<f32>
  // CHECK-NEXT: tenon.add %arg2, %[[A]] : tensor<?x1xf32>, tensor<?x4xf32>
  %0 = tenon.broadcast_like %s like %x {axes = array<i64: 0, 1>} : tensor<f32> like tensor<?x4xf32>
  %1 = tenon.add %x, %0 : tensor<?x4xf32>, tensor<?x4xf32>
  %2 = tenon.broadcast_like %rows like %x {axes = array<i64: 1>} : tensor<?x1xf32> like tensor<?x4xf32>
  %3 = tenon.add %2, %1 : tensor<?x4xf32>, tensor<?x4xf32>
  return %3 : tensor<?x4xf32>
}

// -----

// Rows without their axis do not align; a lone operand, or two broadcasts, keep one that has the shape.
// CHECK-LABEL: func.func @needed
func.func @needed(%x: tensor<?x4xf32>, %rows: tensor<?xf32>, %s: tensor<f32>) -> (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) {
  // CHECK-COUNT-2: tenon.broadcast_like
  // CHECK: tenon.multiply %arg0, %{{[0-9]+}} : tensor<?x4xf32>, tensor<?x4xf32>
  // CHECK: tenon.exp %{{.+}} : tensor<?x4xf32>
  // CHECK: tenon.add {{.*}}tensor<?x4xf32>
  %0 = tenon.broadcast_like %rows like %x {axes = array<i64: 1>} : tensor<?xf32> like tensor<?x4xf32>
  %1 = tenon.broadcast_like %s like %x {axes = array<i64: 0, 1>} : tensor<f32> like tensor<?x4xf32>
  %2 = tenon.multiply %x, %0 : tensor<?x4xf32>, tensor<?x4xf32>
  %3 = tenon.exp %1 : tensor<?x4xf32>
  %4 = tenon.add %1, %1 : tensor<?x4xf32>, tensor<?x4xf32>
  return %2, %3, %4 : tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

// Two time axes need not be equal: the condition that they are stays.
// CHECK-LABEL: func.func @conditions
func.func @conditions(%x: tensor<?x?xf32> {tenon.name = "x"}, %y: tensor<?x?xf32> {tenon.name = "y"}, %s: tensor<f32>) -> tensor<?x?xf32> {
  // CHECK: tenon.broadcast_like
  %0 = tenon.broadcast_like %s like %y {axes = array<i64: 0, 1>} : tensor<f32> like tensor<?x?xf32>
  %1 = tenon.add %x, %0 : tensor<?x?xf32>, tensor<?x?xf32>
  return %1 : tensor<?x?xf32>
}
