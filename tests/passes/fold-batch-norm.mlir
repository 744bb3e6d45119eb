// RUN: tenon-opt %s --pass-pipeline='builtin.module(func.func(fold-batch-norm))' --split-input-file | FileCheck %s

tenon.variable @k : tensor<3x3x3x4xf32> "weight"
tenon.variable @gamma : tensor<4xf32> "weight"
tenon.variable @beta : tensor<4xf32> "weight"
tenon.variable @mean : tensor<4xf32> "statistic"
tenon.variable @variance : tensor<4xf32> "statistic"
// CHECK-LABEL: func.func @predict
func.func @predict(%x: tensor<?x8x8x3xf32>) -> tensor<?x8x8x4xf32> {
  // CHECK: %[[K:.+]] = tenon.read @k
  // CHECK: %[[SCALE:.+]] = tenon.divide
  // CHECK: %[[FOLDED:.+]] = tenon.multiply %[[K]], %[[SCALE]] : tensor<3x3x3x4xf32>, tensor<4xf32>
  // CHECK: %[[SHIFT:.+]] = tenon.subtract
  // CHECK: %[[CONV:.+]] = tenon.conv %{{.+}}, %[[FOLDED]]
  // CHECK: %[[RESULT:.+]] = tenon.add %[[CONV]], %[[SHIFT]]
  // CHECK: return %[[RESULT]]
  %k = tenon.read @k : tensor<3x3x3x4xf32>
  %gamma = tenon.read @gamma : tensor<4xf32>
  %beta = tenon.read @beta : tensor<4xf32>
  %mean = tenon.read @mean : tensor<4xf32>
  %variance = tenon.read @variance : tensor<4xf32>
  %0 = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<3x3x3x4xf32>
  %1 = tenon.batch_norm %0, %gamma, %beta, %mean, %variance {epsilon = 1.0e-3 : f64} : tensor<?x8x8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  return %1 : tensor<?x8x8x4xf32>
}

// -----

tenon.variable @w : tensor<4x2xf32> "weight"
tenon.variable @gamma : tensor<4xf32> "weight"
tenon.variable @beta : tensor<4xf32> "weight"
tenon.variable @mean : tensor<4xf32> "statistic"
tenon.variable @variance : tensor<4xf32> "statistic"
// In front of a dense layer: the weights' rows are scaled, the shift becomes a bias.
// CHECK-LABEL: func.func @in_front
func.func @in_front(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  // CHECK: %[[W:.+]] = tenon.read @w
  // CHECK: tenon.multiply %[[W]], %{{.+}} : tensor<4x2xf32>, tensor<4x1xf32>
  // CHECK: %[[BIAS:.+]] = tenon.reduce_sum
  // CHECK: %[[FOLDED:.+]] = tenon.multiply %[[W]], %{{.+}} : tensor<4x2xf32>, tensor<4x1xf32>
  // CHECK: %[[Y:.+]] = tenon.matmul %arg0, %[[FOLDED]]
  // CHECK: tenon.add %[[Y]], %[[BIAS]]
  %w = tenon.read @w : tensor<4x2xf32>
  %gamma = tenon.read @gamma : tensor<4xf32>
  %beta = tenon.read @beta : tensor<4xf32>
  %mean = tenon.read @mean : tensor<4xf32>
  %variance = tenon.read @variance : tensor<4xf32>
  %0 = tenon.batch_norm %x, %gamma, %beta, %mean, %variance {epsilon = 1.0e-3 : f64} : tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  %1 = tenon.matmul %0, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x4xf32>, tensor<4x2xf32>
  return %1 : tensor<?x2xf32>
}
// Padding is zero after the normalisation: no fold, a scale and a shift.
// CHECK-LABEL: func.func @padded
func.func @padded(%x: tensor<?x8x8x4xf32>, %unused: tensor<f32>) -> tensor<?x8x8x1xf32> {
  // CHECK: %[[SCALED:.+]] = tenon.multiply %arg0, %{{.+}} : tensor<?x8x8x4xf32>, tensor<4xf32>
  // CHECK: %[[SHIFTED:.+]] = tenon.add %[[SCALED]], %{{.+}} : tensor<?x8x8x4xf32>, tensor<4xf32>
  // CHECK: tenon.conv %[[SHIFTED]], %{{.+}}
  %k = tenon.constant dense<1.0> : tensor<3x3x4x1xf32>
  %gamma = tenon.read @gamma : tensor<4xf32>
  %beta = tenon.read @beta : tensor<4xf32>
  %mean = tenon.read @mean : tensor<4xf32>
  %variance = tenon.read @variance : tensor<4xf32>
  %0 = tenon.batch_norm %x, %gamma, %beta, %mean, %variance {epsilon = 1.0e-3 : f64} : tensor<?x8x8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  %1 = tenon.conv %0, %k {strides = array<i64: 1, 1>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x4xf32>, tensor<3x3x4x1xf32>
  return %1 : tensor<?x8x8x1xf32>
}
// The batch's own statistics, and functions that assign: nothing is folded.
// CHECK-LABEL: func.func @batch_statistics
func.func @batch_statistics(%x: tensor<?x4xf32>, %gamma: tensor<4xf32>) -> tensor<?x4xf32> {
  // CHECK: tenon.batch_norm
  %mean, %variance = tenon.moments %x : tensor<?x4xf32>
  %0 = tenon.batch_norm %x, %gamma, %gamma, %mean, %variance {epsilon = 1.0e-3 : f64} : tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  return %0 : tensor<?x4xf32>
}
// CHECK-LABEL: func.func @evaluate
func.func @evaluate(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: tenon.batch_norm
  %gamma = tenon.read @gamma : tensor<4xf32>
  %0 = tenon.batch_norm %x, %gamma, %gamma, %gamma, %gamma {epsilon = 1.0e-3 : f64} : tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  tenon.assign @mean, %gamma : tensor<4xf32>
  return %0 : tensor<?x4xf32>
}
