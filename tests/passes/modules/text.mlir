// RUN: tenon-opt %s --tenon-training -o /dev/null
// Words, their vectors, a convolution over time, the mean of each filter: SGD with momentum.
tenon.variable @table : tensor<9x16xf32> "weight" trainable
tenon.variable @kernel : tensor<3x16x5xf32> "weight" trainable
tenon.variable @bias : tensor<5xf32> "weight" trainable
tenon.variable @"table/momentum" : tensor<9x16xf32> "slot" = dense<0.0> : tensor<9x16xf32>
tenon.variable @learning_rate : tensor<f32> "hyper"
tenon.variable @total : tensor<f32> "metric" = dense<0.0> : tensor<f32>
func.func @predict(%x: tensor<?x12xi32> {tenon.name = "words"}) -> (tensor<?x5xf32> {tenon.name = "mean"}) {
  %t = tenon.read @table : tensor<9x16xf32>
  %k = tenon.read @kernel : tensor<3x16x5xf32>
  %b = tenon.read @bias : tensor<5xf32>
  %0 = tenon.gather %t at %x : tensor<9x16xf32>, tensor<?x12xi32> loc("embedding")
  %1 = tenon.conv %0, %k {strides = array<i64: 1>, padding = array<i64: 2, 0>, dilations = array<i64: 1>, groups = 1 : i64} : tensor<?x12x16xf32>, tensor<3x16x5xf32> loc("conv1d")
  %2 = tenon.add %1, %b : tensor<?x12x5xf32>, tensor<5xf32> loc("conv1d")
  %3 = tenon.tanh %2 : tensor<?x12x5xf32> loc("conv1d")
  %4 = tenon.reduce_sum %3 {axes = array<i64: 1>, keepdims = false} : tensor<?x12x5xf32> loc("mean")
  %n = tenon.count %3 {axes = array<i64: 1>} : tensor<?x12x5xf32> loc("mean")
  %5 = tenon.divide %4, %n : tensor<?x5xf32>, tensor<f32> loc("mean")
  return %5 : tensor<?x5xf32>
}
func.func @loss(%x: tensor<?x12xi32> {tenon.name = "words"}, %target: tensor<?x5xf32> {tenon.name = "target:mean"}) -> tensor<f32> {
  %t = tenon.read @table : tensor<9x16xf32>
  %k = tenon.read @kernel : tensor<3x16x5xf32>
  %b = tenon.read @bias : tensor<5xf32>
  %total = tenon.read @total : tensor<f32>
  %0 = tenon.gather %t at %x : tensor<9x16xf32>, tensor<?x12xi32> loc("embedding")
  %1 = tenon.conv %0, %k {strides = array<i64: 1>, padding = array<i64: 2, 0>, dilations = array<i64: 1>, groups = 1 : i64} : tensor<?x12x16xf32>, tensor<3x16x5xf32> loc("conv1d")
  %2 = tenon.add %1, %b : tensor<?x12x5xf32>, tensor<5xf32> loc("conv1d")
  %3 = tenon.tanh %2 : tensor<?x12x5xf32> loc("conv1d")
  %4 = tenon.reduce_sum %3 {axes = array<i64: 1>, keepdims = false} : tensor<?x12x5xf32> loc("mean")
  %n = tenon.count %3 {axes = array<i64: 1>} : tensor<?x12x5xf32> loc("mean")
  %5 = tenon.divide %4, %n : tensor<?x5xf32>, tensor<f32> loc("mean")
  %d = tenon.subtract %5, %target : tensor<?x5xf32>, tensor<?x5xf32> loc("loss")
  %q = tenon.multiply %d, %d : tensor<?x5xf32>, tensor<?x5xf32> loc("loss")
  %p = tenon.reduce_sum %q {axes = array<i64: 0, 1>, keepdims = false} : tensor<?x5xf32> loc("loss")
  %sum = tenon.add %total, %p : tensor<f32>, tensor<f32> loc("loss")
  tenon.assign @total, %sum : tensor<f32>
  return %p : tensor<f32>
}
func.func @evaluate(%x: tensor<?x12xi32> {tenon.name = "words"}) {
  %t = tenon.read @table : tensor<9x16xf32>
  %k = tenon.read @kernel : tensor<3x16x5xf32>
  %total = tenon.read @total : tensor<f32>
  %0 = tenon.gather %t at %x : tensor<9x16xf32>, tensor<?x12xi32> loc("embedding")
  %1 = tenon.conv %0, %k {strides = array<i64: 1>, padding = array<i64: 2, 0>, dilations = array<i64: 1>, groups = 1 : i64} : tensor<?x12x16xf32>, tensor<3x16x5xf32> loc("conv1d")
  %2 = tenon.reduce_sum %1 {axes = array<i64: 0, 1, 2>, keepdims = false} : tensor<?x12x5xf32> loc("sum")
  %3 = tenon.add %total, %2 : tensor<f32>, tensor<f32> loc("sum")
  tenon.assign @total, %3 : tensor<f32>
  return
}
func.func private @"update/table"(%g: tensor<9x16xf32>) {
  %v = tenon.read @table : tensor<9x16xf32>
  %m = tenon.read @"table/momentum" : tensor<9x16xf32>
  %lr = tenon.read @learning_rate : tensor<f32>
  %c = tenon.constant dense<0.9> : tensor<f32>
  %0 = tenon.multiply %m, %c : tensor<9x16xf32>, tensor<f32> loc("optimizer")
  %1 = tenon.multiply %g, %lr : tensor<9x16xf32>, tensor<f32> loc("optimizer")
  %2 = tenon.subtract %0, %1 : tensor<9x16xf32>, tensor<9x16xf32> loc("optimizer")
  %3 = tenon.add %v, %2 : tensor<9x16xf32>, tensor<9x16xf32> loc("optimizer")
  tenon.assign @"table/momentum", %2 : tensor<9x16xf32>
  tenon.assign @table, %3 : tensor<9x16xf32>
  return
}
func.func private @"update/kernel"(%g: tensor<3x16x5xf32>) {
  %v = tenon.read @kernel : tensor<3x16x5xf32>
  %lr = tenon.read @learning_rate : tensor<f32>
  %0 = tenon.multiply %g, %lr : tensor<3x16x5xf32>, tensor<f32> loc("optimizer")
  %1 = tenon.subtract %v, %0 : tensor<3x16x5xf32>, tensor<3x16x5xf32> loc("optimizer")
  tenon.assign @kernel, %1 : tensor<3x16x5xf32>
  return
}
func.func private @"update/bias"(%g: tensor<5xf32>) {
  %v = tenon.read @bias : tensor<5xf32>
  %lr = tenon.read @learning_rate : tensor<f32>
  %0 = tenon.multiply %g, %lr : tensor<5xf32>, tensor<f32> loc("optimizer")
  %1 = tenon.subtract %v, %0 : tensor<5xf32>, tensor<5xf32> loc("optimizer")
  tenon.assign @bias, %1 : tensor<5xf32>
  return
}
func.func private @update() {
  return
}
