// RUN: tenon-opt %s --pass-pipeline='builtin.module(func.func(decompose-normalization))' | FileCheck %s

// CHECK-LABEL: func.func @normalize(
// CHECK-SAME: %[[X:.+]]: tensor<?x4xf32>, %[[GAMMA:.+]]: tensor<4xf32>, %[[BETA:.+]]: tensor<4xf32>
func.func @normalize(%x: tensor<?x4xf32>, %gamma: tensor<4xf32>, %beta: tensor<4xf32>) -> tensor<?x4xf32> {
  // CHECK: %[[N:.+]] = tenon.count %[[X]] {axes = array<i64: 0>}
  // CHECK: %[[SUM:.+]] = tenon.reduce_sum %[[X]] {axes = array<i64: 0>, keepdims = false}
  // CHECK: %[[MEAN:.+]] = tenon.divide %[[SUM]], %[[N]]
  // CHECK: %[[CENTRED:.+]] = tenon.subtract %[[X]], %[[MEAN]]
  // CHECK: %[[SQUARE:.+]] = tenon.multiply %[[CENTRED]], %[[CENTRED]]
  // CHECK: %[[SQUARES:.+]] = tenon.reduce_sum %[[SQUARE]]
  // CHECK: %[[VARIANCE:.+]] = tenon.divide %[[SQUARES]], %[[N]]
  // CHECK: %[[EPSILON:.+]] = tenon.constant dense<1.000000e-03> : tensor<f32>
  // CHECK: %[[SHIFTED:.+]] = tenon.add %[[VARIANCE]], %[[EPSILON]]
  // CHECK: %[[DEVIATION:.+]] = tenon.sqrt %[[SHIFTED]]
  // CHECK: %[[SCALE:.+]] = tenon.divide %[[GAMMA]], %[[DEVIATION]]
  // CHECK: %[[DIFFERENCE:.+]] = tenon.subtract %[[X]], %[[MEAN]]
  // CHECK: %[[SCALED:.+]] = tenon.multiply %[[DIFFERENCE]], %[[SCALE]]
  // CHECK: %[[RESULT:.+]] = tenon.add %[[SCALED]], %[[BETA]]
  // CHECK: return %[[RESULT]]
  %mean, %variance = tenon.moments %x : tensor<?x4xf32>
  %y = tenon.batch_norm %x, %gamma, %beta, %mean, %variance {epsilon = 1.0e-3 : f64} : tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  return %y : tensor<?x4xf32>
}
