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

// -----

tenon.variable @d : tensor<3x3x1x8xf32> "weight"
tenon.variable @p : tensor<1x1x8x5xf32> "weight"
tenon.variable @a : tensor<4xf32> "weight"
tenon.variable @b : tensor<5xf32> "weight"
// A separable convolution between two normalisations: the first goes into the depthwise filter, each channel's factor
// meeting both its filters, the second into the pointwise one.
// CHECK-LABEL: func.func @separable
func.func @separable(%x: tensor<?x8x8x4xf32>) -> tensor<?x6x6x5xf32> {
  // CHECK-NOT: tenon.batch_norm
  // CHECK-DAG: tenon.reshape {{.+}} {shape = array<i64: 3, 3, 1, 4, 2>}
  // CHECK-DAG: tenon.multiply %{{.+}}, %{{.+}} : tensor<3x3x1x4x2xf32>, tensor<1x4x1xf32>
  // CHECK: tenon.conv %arg0, %{{.+}}groups = 4
  // CHECK-NEXT: tenon.add
  // CHECK: tenon.multiply %{{.+}}, %{{.+}} : tensor<1x1x8x5xf32>, tensor<5xf32>
  // CHECK: tenon.conv
  // CHECK: tenon.add
  // CHECK-NEXT: return
  %d = tenon.read @d : tensor<3x3x1x8xf32>
  %p = tenon.read @p : tensor<1x1x8x5xf32>
  %a = tenon.read @a : tensor<4xf32>
  %b = tenon.read @b : tensor<5xf32>
  %0 = tenon.batch_norm %x, %a, %a, %a, %a {epsilon = 1.0e-3 : f64} : tensor<?x8x8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  %1 = tenon.conv %0, %d {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 4 : i64} : tensor<?x8x8x4xf32>, tensor<3x3x1x8xf32>
  %2 = tenon.conv %1, %p {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x6x6x8xf32>, tensor<1x1x8x5xf32>
  %3 = tenon.batch_norm %2, %b, %b, %b, %b {epsilon = 1.0e-3 : f64} : tensor<?x6x6x5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<5xf32>
  return %3 : tensor<?x6x6x5xf32>
}

// -----

tenon.variable @w : tensor<4x2xf32> "weight"
tenon.variable @v : tensor<4x3xf32> "weight"
tenon.variable @a : tensor<4xf32> "weight"
// Two layers take the normalised value: it goes into both. An activation before it stays where it is.
// CHECK-LABEL: func.func @two_consumers
func.func @two_consumers(%x: tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x3xf32>) {
  // CHECK: %[[R:.+]] = tenon.relu %arg0
  // CHECK: tenon.matmul %[[R]]
  // CHECK: tenon.matmul %[[R]]
  %w = tenon.read @w : tensor<4x2xf32>
  %v = tenon.read @v : tensor<4x3xf32>
  %a = tenon.read @a : tensor<4xf32>
  %r = tenon.relu %x : tensor<?x4xf32>
  %0 = tenon.batch_norm %r, %a, %a, %a, %a {epsilon = 1.0e-3 : f64} : tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  %1 = tenon.matmul %0, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x4xf32>, tensor<4x2xf32>
  %2 = tenon.matmul %0, %v {transpose_lhs = false, transpose_rhs = false} : tensor<?x4xf32>, tensor<4x3xf32>
  return %1, %2 : tensor<?x2xf32>, tensor<?x3xf32>
}

// One of them is no layer that could take it.
// CHECK-LABEL: func.func @one_consumer_refuses
func.func @one_consumer_refuses(%x: tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x4xf32>) {
  // CHECK: %[[S:.+]] = tenon.multiply %arg0
  // CHECK: %[[T:.+]] = tenon.add %[[S]]
  // CHECK: tenon.matmul %[[T]]
  %w = tenon.read @w : tensor<4x2xf32>
  %a = tenon.read @a : tensor<4xf32>
  %0 = tenon.batch_norm %x, %a, %a, %a, %a {epsilon = 1.0e-3 : f64} : tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  %1 = tenon.matmul %0, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x4xf32>, tensor<4x2xf32>
  %2 = tenon.relu %0 : tensor<?x4xf32>
  return %1, %2 : tensor<?x2xf32>, tensor<?x4xf32>
}
