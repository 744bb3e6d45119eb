// RUN: tenon-opt %s --pass-pipeline='builtin.module(func.func(fold-embedding{target=x86-64-v4}))' --split-input-file | FileCheck %s
// RUN: tenon-opt %s --pass-pipeline='builtin.module(func.func(fold-embedding{target=x86-64-v4 training=true}))' --split-input-file | FileCheck %s --check-prefix=LOSS

tenon.variable @table : tensor<50x64xf32> "weight"
tenon.variable @k : tensor<3x64x8xf32> "weight"
tenon.variable @b : tensor<8xf32> "weight"
// CHECK-LABEL: func.func @predict
// CHECK-SAME: ["fold-embedding", "applied", "embedding", "folded into conv1d: {{[0-9.]+}} us looked up, {{[0-9.]+}} us computed (batch 1, one core)"]
// LOSS-LABEL: func.func @predict
// LOSS: tenon.conv
func.func @predict(%ids: tensor<?x100xi32>) -> tensor<?x98x8xf32> {
  // CHECK: %[[T:.+]] = tenon.read @table
  // CHECK: %[[K:.+]] = tenon.read @k
  // CHECK: %[[TURNED:.+]] = tenon.transpose %[[K]] {permutation = array<i64: 1, 0, 2>} : tensor<3x64x8xf32>
  // CHECK: %[[SIDE:.+]] = tenon.reshape %[[TURNED]] {shape = array<i64: 64, 24>} : tensor<64x3x8xf32>
  // CHECK: %[[PRODUCTS:.+]] = tenon.matmul %[[T]], %[[SIDE]] {transpose_lhs = false, transpose_rhs = false} : tensor<50x64xf32>, tensor<64x24xf32>
  // CHECK: %[[BYTAP:.+]] = tenon.reshape %[[PRODUCTS]] {shape = array<i64: 50, 3, 8>} : tensor<50x24xf32>
  // CHECK: %[[Y:.+]] = tenon.gather_conv %[[BYTAP]] at %arg0 {dilations = array<i64: 1>, padding = array<i64: 0, 0>, strides = array<i64: 1>} : tensor<50x3x8xf32>, tensor<?x100xi32>
  // CHECK-NEXT: tenon.add %[[Y]]
  // CHECK-NOT: tenon.gather %
  %table = tenon.read @table : tensor<50x64xf32>
  %k = tenon.read @k : tensor<3x64x8xf32>
  %b = tenon.read @b : tensor<8xf32>
  %0 = tenon.gather %table at %ids : tensor<50x64xf32>, tensor<?x100xi32> loc("embedding")
  %1 = tenon.conv %0, %k {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>, groups = 1 : i64} : tensor<?x100x64xf32>, tensor<3x64x8xf32> loc("conv1d")
  %2 = tenon.add %1, %b : tensor<?x98x8xf32>, tensor<8xf32> loc("conv1d")
  return %2 : tensor<?x98x8xf32>
}

// -----

tenon.variable @table : tensor<50x64xf32> "weight"
tenon.variable @k : tensor<3x64x8xf32> "weight"
tenon.variable @w : tensor<64x8xf32> "weight"
tenon.variable @one : tensor<1x64x8xf32> "weight"
// Windows move as the layer says; a product of each row with a matrix is a row of a product; all users are folded or none.
// CHECK-LABEL: func.func @predict
// CHECK-SAME: "folded into narrow, dense, wide: {{.+}}"
func.func @predict(%ids: tensor<?x?xi64>) -> (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>) {
  // CHECK: tenon.gather_conv %{{.+}} at %arg0 {dilations = array<i64: 2>, padding = array<i64: 4, 0>, strides = array<i64: 1>} : tensor<50x1x8xf32>, tensor<?x?xi64>
  // CHECK: %[[P:.+]] = tenon.matmul %{{.+}}, %{{.+}} : tensor<50x64xf32>, tensor<64x8xf32>
  // CHECK: tenon.gather %[[P]] at %arg0 : tensor<50x8xf32>, tensor<?x?xi64>
  // CHECK: tenon.gather_conv %{{.+}} at %arg0 {dilations = array<i64: 1>, padding = array<i64: -1, -1>, strides = array<i64: 2>} : tensor<50x3x8xf32>, tensor<?x?xi64>
  // CHECK-NOT: tenon.gather %{{.+}} : tensor<50x64xf32>
  %table = tenon.read @table : tensor<50x64xf32>
  %k = tenon.read @k : tensor<3x64x8xf32>
  %w = tenon.read @w : tensor<64x8xf32>
  %one = tenon.read @one : tensor<1x64x8xf32>
  %0 = tenon.gather %table at %ids : tensor<50x64xf32>, tensor<?x?xi64> loc("embedding")
  %1 = tenon.conv %0, %one {strides = array<i64: 1>, padding = array<i64: 4, 0>, dilations = array<i64: 2>, groups = 1 : i64} : tensor<?x?x64xf32>, tensor<1x64x8xf32> loc("narrow")
  %2 = tenon.matmul %0, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x?x64xf32>, tensor<64x8xf32> loc("dense")
  %3 = tenon.conv %0, %k {strides = array<i64: 2>, padding = array<i64: -1, -1>, dilations = array<i64: 1>, groups = 1 : i64} : tensor<?x?x64xf32>, tensor<3x64x8xf32> loc("wide")
  return %1, %2, %3 : tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>
}

// -----

tenon.variable @table : tensor<50x64xf32> "weight"
tenon.variable @k : tensor<3x64x8xf32> "weight"
// The rows themselves are asked for as well.
// CHECK-LABEL: func.func @predict
// CHECK-SAME: ["fold-embedding", "missed", "embedding", "not folded into conv1d: 'reduce_sum' of mean needs its rows"]
func.func @predict(%ids: tensor<?x100xi32>) -> (tensor<?x98x8xf32>, tensor<?x64xf32>) {
  // CHECK: tenon.conv
  // CHECK-NOT: tenon.gather_conv
  %table = tenon.read @table : tensor<50x64xf32>
  %k = tenon.read @k : tensor<3x64x8xf32>
  %0 = tenon.gather %table at %ids : tensor<50x64xf32>, tensor<?x100xi32> loc("embedding")
  %1 = tenon.conv %0, %k {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>, groups = 1 : i64} : tensor<?x100x64xf32>, tensor<3x64x8xf32> loc("conv1d")
  %2 = tenon.reduce_sum %0 {axes = array<i64: 1>, keepdims = false} : tensor<?x100x64xf32> loc("mean")
  return %1, %2 : tensor<?x98x8xf32>, tensor<?x64xf32>
}

// -----

tenon.variable @table : tensor<50000x256xf32> "weight"
tenon.variable @k : tensor<5x256x128xf32> "weight"
// The table would be far larger than the embedding.
// CHECK-LABEL: func.func @predict
// CHECK-SAME: ["fold-embedding", "missed", "embedding", "not folded into conv1d: a table of their products takes 128000000 bytes, more than twice the embedding's 51200000 and than eight times L2"]
func.func @predict(%ids: tensor<?x500xi32>) -> tensor<?x496x128xf32> {
  // CHECK: tenon.conv
  %table = tenon.read @table : tensor<50000x256xf32>
  %k = tenon.read @k : tensor<5x256x128xf32>
  %0 = tenon.gather %table at %ids : tensor<50000x256xf32>, tensor<?x500xi32> loc("embedding")
  %1 = tenon.conv %0, %k {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>, groups = 1 : i64} : tensor<?x500x256xf32>, tensor<5x256x128xf32> loc("conv1d")
  return %1 : tensor<?x496x128xf32>
}

// -----

tenon.variable @table : tensor<50x1xf32> "weight"
tenon.variable @k : tensor<3x1x64xf32> "weight"
// One channel: the products are as cheap as looking them up.
// CHECK-LABEL: func.func @predict
// CHECK-SAME: ["fold-embedding", "missed", "embedding", "not folded into conv1d: {{[0-9.]+}} us looked up, {{[0-9.]+}} us computed (batch 1, one core)"]
func.func @predict(%ids: tensor<?x100xi32>) -> tensor<?x98x64xf32> {
  // CHECK: tenon.conv
  %table = tenon.read @table : tensor<50x1xf32>
  %k = tenon.read @k : tensor<3x1x64xf32>
  %0 = tenon.gather %table at %ids : tensor<50x1xf32>, tensor<?x100xi32> loc("embedding")
  %1 = tenon.conv %0, %k {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>, groups = 1 : i64} : tensor<?x100x1xf32>, tensor<3x1x64xf32> loc("conv1d")
  return %1 : tensor<?x98x64xf32>
}

// -----

tenon.variable @table : tensor<50x64xf32> "weight"
tenon.variable @k : tensor<3x64x8xf32> "weight"
tenon.variable @d : tensor<3x1x64xf32> "weight"
// What stands between, a convolution of groups and a table or weights that are computed here keep them apart.
// CHECK-LABEL: func.func @predict
func.func @predict(%ids: tensor<?x100xi32>, %other: tensor<50x64xf32>, %filter: tensor<3x64x8xf32>, %mask: tensor<?x100x1xf32>) -> (tensor<?x98x8xf32>, tensor<?x98x64xf32>, tensor<?x98x8xf32>, tensor<?x98x8xf32>) {
  // CHECK-NOT: tenon.gather_conv
  %table = tenon.read @table : tensor<50x64xf32>
  %k = tenon.read @k : tensor<3x64x8xf32>
  %d = tenon.read @d : tensor<3x1x64xf32>
  %0 = tenon.gather %table at %ids : tensor<50x64xf32>, tensor<?x100xi32>
  %1 = tenon.multiply %0, %mask : tensor<?x100x64xf32>, tensor<?x100x1xf32>
  %2 = tenon.conv %1, %k {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>, groups = 1 : i64} : tensor<?x100x64xf32>, tensor<3x64x8xf32>
  %3 = tenon.gather %table at %ids : tensor<50x64xf32>, tensor<?x100xi32>
  %4 = tenon.conv %3, %d {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>, groups = 64 : i64} : tensor<?x100x64xf32>, tensor<3x1x64xf32>
  %5 = tenon.gather %other at %ids : tensor<50x64xf32>, tensor<?x100xi32>
  %6 = tenon.conv %5, %k {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>, groups = 1 : i64} : tensor<?x100x64xf32>, tensor<3x64x8xf32>
  %7 = tenon.gather %table at %ids : tensor<50x64xf32>, tensor<?x100xi32>
  %8 = tenon.conv %7, %filter {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>, groups = 1 : i64} : tensor<?x100x64xf32>, tensor<3x64x8xf32>
  return %2, %4, %6, %8 : tensor<?x98x8xf32>, tensor<?x98x64xf32>, tensor<?x98x8xf32>, tensor<?x98x8xf32>
}

// -----

tenon.variable @table : tensor<2000x128xf32> "weight" trainable
tenon.variable @k : tensor<7x128x32xf32> "weight" trainable
// A loss makes the table in each call; left to the run before differentiate.
// CHECK-LABEL: func.func @loss
// CHECK: tenon.conv
// LOSS-LABEL: func.func @loss
// LOSS-SAME: ["fold-embedding", "applied", "embedding", "folded into conv1d: {{[0-9.]+}} us looked up, {{[0-9.]+}} us computed (batch 32, one core)"]
func.func @loss(%ids: tensor<?x100xi32>) -> tensor<f32> {
  // LOSS: tenon.gather_conv
  %table = tenon.read @table : tensor<2000x128xf32>
  %k = tenon.read @k : tensor<7x128x32xf32>
  %0 = tenon.gather %table at %ids : tensor<2000x128xf32>, tensor<?x100xi32> loc("embedding")
  %1 = tenon.conv %0, %k {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>, groups = 1 : i64} : tensor<?x100x128xf32>, tensor<7x128x32xf32> loc("conv1d")
  %2 = tenon.reduce_sum %1 {axes = array<i64: 0, 1, 2>, keepdims = false} : tensor<?x94x32xf32>
  return %2 : tensor<f32>
}

// -----

tenon.variable @table : tensor<20000x128xf32> "weight" trainable
tenon.variable @k : tensor<7x128x32xf32> "weight" trainable
tenon.variable @count : tensor<f32> "metric"
// A batch of 32 has fewer places than there are words; so it is for a function that runs with new weights each time.
// LOSS-LABEL: func.func @loss
// LOSS-SAME: ["fold-embedding", "missed", "embedding", "not folded into conv1d: {{[0-9.]+}} us looked up, {{[0-9.]+}} us computed (batch 32, one core)"]
// CHECK-LABEL: func.func @loss
// CHECK: func.func @evaluate_step
// CHECK-SAME: ["fold-embedding", "missed", "embedding", "not folded into conv1d: {{[0-9.]+}} us looked up, {{[0-9.]+}} us computed (batch 32, one core)"]
func.func @loss(%ids: tensor<?x100xi32>) -> tensor<f32> {
  // LOSS: tenon.conv
  %table = tenon.read @table : tensor<20000x128xf32>
  %k = tenon.read @k : tensor<7x128x32xf32>
  %0 = tenon.gather %table at %ids : tensor<20000x128xf32>, tensor<?x100xi32> loc("embedding")
  %1 = tenon.conv %0, %k {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>, groups = 1 : i64} : tensor<?x100x128xf32>, tensor<7x128x32xf32> loc("conv1d")
  %2 = tenon.reduce_sum %1 {axes = array<i64: 0, 1, 2>, keepdims = false} : tensor<?x94x32xf32>
  return %2 : tensor<f32>
}
func.func @evaluate_step(%ids: tensor<?x100xi32>) {
  %table = tenon.read @table : tensor<20000x128xf32>
  %k = tenon.read @k : tensor<7x128x32xf32>
  %0 = tenon.gather %table at %ids : tensor<20000x128xf32>, tensor<?x100xi32> loc("embedding")
  %1 = tenon.conv %0, %k {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>, groups = 1 : i64} : tensor<?x100x128xf32>, tensor<7x128x32xf32> loc("conv1d")
  %2 = tenon.reduce_sum %1 {axes = array<i64: 0, 1, 2>, keepdims = false} : tensor<?x94x32xf32>
  tenon.assign @count, %2 : tensor<f32>
  return
}

// -----

tenon.variable @table : tensor<50x64xf32> "weight" trainable
tenon.variable @w : tensor<64x8xf32> "weight" trainable
tenon.variable @b : tensor<8xf32> "weight" trainable
// A recurrent layer's product of all steps, and the batch it sees in the first one.
// LOSS-LABEL: func.func @loss
// LOSS-SAME: ["fold-embedding", "applied", "embedding", "folded into lstm: {{[0-9.]+}} us looked up, {{[0-9.]+}} us computed (batch 32, one core)"]
func.func @loss(%ids: tensor<100x?xi32>) -> tensor<?x8xf32> {
  // LOSS: %[[PRODUCTS:.+]] = tenon.matmul %{{.+}} : tensor<50x64xf32>, tensor<64x8xf32>
  // LOSS: %[[STEPS:.+]] = tenon.gather %[[PRODUCTS]] at %arg0 : tensor<50x8xf32>, tensor<100x?xi32>
  // LOSS: %[[FIRST:.+]] = tenon.slice %arg0 {axis = 0 : i64, size = 1 : i64, start = 0 : i64} : tensor<100x?xi32>
  // LOSS: tenon.gather %{{.+}} at %[[FIRST]] : tensor<50x64xf32>, tensor<1x?xi32>
  // LOSS-NOT: tenon.gather
  %table = tenon.read @table : tensor<50x64xf32>
  %w = tenon.read @w : tensor<64x8xf32>
  %b = tenon.read @b : tensor<8xf32>
  %0 = tenon.gather %table at %ids : tensor<50x64xf32>, tensor<100x?xi32> loc("embedding")
  %1 = tenon.matmul %0, %w {transpose_lhs = false, transpose_rhs = false} : tensor<100x?x64xf32>, tensor<64x8xf32> loc("lstm")
  %2 = tenon.add %1, %b : tensor<100x?x8xf32>, tensor<8xf32> loc("lstm")
  %first = tenon.slice %0 {axis = 0 : i64, start = 0 : i64, size = 1 : i64} : tensor<100x?x64xf32> loc("lstm")
  %flat = tenon.reshape %first {shape = array<i64: -1, 64>} : tensor<1x?x64xf32> loc("lstm")
  %h = tenon.slice %flat {axis = 1 : i64, start = 0 : i64, size = 8 : i64} : tensor<?x64xf32> loc("lstm")
  %3 = tenon.scan over(%2) carry(%h) with() : (tensor<100x?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32> {
  ^bb0(%g: tensor<?x8xf32>, %c: tensor<?x8xf32>):
    %4 = tenon.add %c, %g : tensor<?x8xf32>, tensor<?x8xf32>
    tenon.yield %4 : tensor<?x8xf32>
  }
  return %3 : tensor<?x8xf32>
}
