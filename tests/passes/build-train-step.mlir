// RUN: tenon-opt %s --pass-pipeline='builtin.module(build-train-step)' | FileCheck %s

tenon.variable @w : tensor<2x1xf32> "weight" trainable
tenon.variable @iteration : tensor<i64> "hyper"
tenon.variable @total : tensor<f32> "metric" = dense<0.0> : tensor<f32>
// CHECK: func.func @train_step(%[[X:.+]]: tensor<?x2xf32>) {
// CHECK-NEXT: %[[W:.+]] = tenon.read @w
// CHECK-NEXT: %[[I:.+]] = tenon.read @iteration
// CHECK: %[[Y:.+]] = tenon.matmul
// CHECK: %[[GRADIENT:.+]] = tenon.matmul %[[X]]
// CHECK-NEXT: %[[NEW:.+]] = tenon.subtract %[[W]], %[[GRADIENT]]
// CHECK-NEXT: %[[NEXT:.+]] = tenon.add %[[I]], %
// CHECK-NEXT: tenon.assign @total
// CHECK-NEXT: tenon.assign @w, %[[NEW]]
// CHECK-NEXT: tenon.assign @iteration, %[[NEXT]]
// CHECK-NEXT: return
// CHECK-NOT: update
// CHECK: func.func @evaluate_step
func.func @loss(%x: tensor<?x2xf32>) -> (tensor<f32>, tensor<2x1xf32> {tenon.gradient = "w"}) {
  %one = tenon.constant dense<1> : tensor<i64>
  %w = tenon.read @w : tensor<2x1xf32>
  %y = tenon.matmul %x, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x2xf32>, tensor<2x1xf32>
  %loss = tenon.reduce_sum %y {axes = array<i64: 0, 1>, keepdims = false} : tensor<?x1xf32>
  tenon.assign @total, %loss : tensor<f32>
  %gradient = tenon.matmul %x, %y {transpose_lhs = true, transpose_rhs = false} : tensor<?x2xf32>, tensor<?x1xf32>
  return %loss, %gradient : tensor<f32>, tensor<2x1xf32>
}
func.func private @"update/w"(%gradient: tensor<2x1xf32>) {
  %w = tenon.read @w : tensor<2x1xf32>
  %0 = tenon.subtract %w, %gradient : tensor<2x1xf32>, tensor<2x1xf32>
  tenon.assign @w, %0 : tensor<2x1xf32>
  return
}
func.func private @"update"() {
  %i = tenon.read @iteration : tensor<i64>
  %0 = tenon.add %i, %i : tensor<i64>, tensor<i64>
  tenon.assign @iteration, %0 : tensor<i64>
  return
}
func.func @evaluate(%x: tensor<?x2xf32>) {
  return
}
