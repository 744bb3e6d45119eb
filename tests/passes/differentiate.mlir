// RUN: tenon-opt %s --pass-pipeline='builtin.module(differentiate)' --split-input-file | FileCheck %s

tenon.variable @w : tensor<2x1xf32> "weight" trainable
// CHECK-LABEL: func.func @loss
// CHECK-SAME: (%[[X:.+]]: tensor<?x2xf32>) -> (tensor<f32>, tensor<2x1xf32> {tenon.gradient = "w"})
func.func @loss(%x: tensor<?x2xf32>) -> tensor<f32> {
  // CHECK: %[[Y:.+]] = tenon.matmul
  // CHECK: %[[SUM:.+]] = tenon.reduce_sum
  // CHECK: %[[ONE:.+]] = tenon.constant dense<1.000000e+00> : tensor<f32>
  // CHECK: %[[GY:.+]] = tenon.broadcast_like %[[ONE]] like %[[Y]]
  // CHECK: %[[GW:.+]] = tenon.matmul %[[X]], %[[GY]] {transpose_lhs = true, transpose_rhs = false}
  // CHECK-NEXT: return %[[SUM]], %[[GW]] : tensor<f32>, tensor<2x1xf32>
  %w = tenon.read @w : tensor<2x1xf32>
  %y = tenon.matmul %x, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x2xf32>, tensor<2x1xf32>
  %sum = tenon.reduce_sum %y {axes = array<i64: 0, 1>, keepdims = false} : tensor<?x1xf32>
  return %sum : tensor<f32>
}

// -----

// Reads of one variable and uses of one value add up; frozen variables have no gradient; the order is the variables'.
tenon.variable @frozen : tensor<f32> "weight"
tenon.variable @b : tensor<f32> "weight" trainable
tenon.variable @a : tensor<f32> "weight" trainable
// CHECK-LABEL: func.func @loss
// CHECK-SAME: -> (tensor<f32>, tensor<f32> {tenon.gradient = "b"}, tensor<f32> {tenon.gradient = "a"})
func.func @loss() -> tensor<f32> {
  // CHECK: %[[A0:.+]] = tenon.read @a
  // CHECK: %[[A1:.+]] = tenon.read @a
  // CHECK: tenon.multiply
  // CHECK-NEXT: tenon.add
  // CHECK-NEXT: %[[LOSS:.+]] = tenon.multiply
  // CHECK: %[[GA:.+]] = tenon.add
  // CHECK: return %[[LOSS]], %{{.+}}, %[[GA]]
  %a0 = tenon.read @a : tensor<f32>
  %a1 = tenon.read @a : tensor<f32>
  %b = tenon.read @b : tensor<f32>
  %f = tenon.read @frozen : tensor<f32>
  %0 = tenon.multiply %a0, %b : tensor<f32>, tensor<f32>
  %1 = tenon.add %0, %f : tensor<f32>, tensor<f32>
  %2 = tenon.multiply %1, %a1 : tensor<f32>, tensor<f32>
  return %2 : tensor<f32>
}
