// RUN: tenon-opt %s --tenon-training -o /dev/null
// One dense layer called twice, two dynamic dimensions, a mean over time, SGD with momentum.
tenon.variable @kernel : tensor<3x3xf32> "weight" trainable
tenon.variable @bias : tensor<3xf32> "weight" trainable
tenon.variable @"kernel/momentum" : tensor<3x3xf32> "slot" = dense<0.0> : tensor<3x3xf32>
tenon.variable @"bias/momentum" : tensor<3xf32> "slot" = dense<0.0> : tensor<3xf32>
tenon.variable @learning_rate : tensor<f32> "hyper"
tenon.variable @iteration : tensor<i64> "hyper"
tenon.variable @total : tensor<f32> "metric" = dense<0.0> : tensor<f32>
func.func @predict(%x: tensor<?x?x3xf32> {tenon.name = "x"}) -> (tensor<?x3xf32> {tenon.name = "mean"}) {
  %k = tenon.read @kernel : tensor<3x3xf32>
  %b = tenon.read @bias : tensor<3xf32>
  %0 = tenon.matmul %x, %k {transpose_lhs = false, transpose_rhs = false} : tensor<?x?x3xf32>, tensor<3x3xf32> loc("dense")
  %1 = tenon.add %0, %b : tensor<?x?x3xf32>, tensor<3xf32> loc("dense")
  %2 = tenon.tanh %1 : tensor<?x?x3xf32> loc("dense")
  %k2 = tenon.read @kernel : tensor<3x3xf32>
  %3 = tenon.matmul %2, %k2 {transpose_lhs = false, transpose_rhs = false} : tensor<?x?x3xf32>, tensor<3x3xf32> loc("dense")
  %4 = tenon.add %3, %b : tensor<?x?x3xf32>, tensor<3xf32> loc("dense")
  %5 = tenon.tanh %4 : tensor<?x?x3xf32> loc("dense")
  %6 = tenon.add %5, %x : tensor<?x?x3xf32>, tensor<?x?x3xf32> loc("add")
  %s = tenon.reduce_sum %6 {axes = array<i64: 1>, keepdims = false} : tensor<?x?x3xf32> loc("mean")
  %n = tenon.count %6 {axes = array<i64: 1>} : tensor<?x?x3xf32> loc("mean")
  %m = tenon.divide %s, %n : tensor<?x3xf32>, tensor<f32> loc("mean")
  return %m : tensor<?x3xf32>
}
func.func @loss(%x: tensor<?x?x3xf32> {tenon.name = "x"}, %target: tensor<?x3xf32> {tenon.name = "target:mean"}, %weight: tensor<?xf32> {tenon.name = "sample_weight:mean"}) -> tensor<f32> {
  %k = tenon.read @kernel : tensor<3x3xf32>
  %b = tenon.read @bias : tensor<3xf32>
  %total = tenon.read @total : tensor<f32>
  %0 = tenon.matmul %x, %k {transpose_lhs = false, transpose_rhs = false} : tensor<?x?x3xf32>, tensor<3x3xf32> loc("dense")
  %1 = tenon.add %0, %b : tensor<?x?x3xf32>, tensor<3xf32> loc("dense")
  %2 = tenon.tanh %1 : tensor<?x?x3xf32> loc("dense")
  %k2 = tenon.read @kernel : tensor<3x3xf32>
  %3 = tenon.matmul %2, %k2 {transpose_lhs = false, transpose_rhs = false} : tensor<?x?x3xf32>, tensor<3x3xf32> loc("dense")
  %4 = tenon.add %3, %b : tensor<?x?x3xf32>, tensor<3xf32> loc("dense")
  %5 = tenon.tanh %4 : tensor<?x?x3xf32> loc("dense")
  %6 = tenon.add %5, %x : tensor<?x?x3xf32>, tensor<?x?x3xf32> loc("add")
  %s = tenon.reduce_sum %6 {axes = array<i64: 1>, keepdims = false} : tensor<?x?x3xf32> loc("mean")
  %n = tenon.count %6 {axes = array<i64: 1>} : tensor<?x?x3xf32> loc("mean")
  %m = tenon.divide %s, %n : tensor<?x3xf32>, tensor<f32> loc("mean")
  %d = tenon.subtract %m, %target : tensor<?x3xf32>, tensor<?x3xf32> loc("loss")
  %q = tenon.multiply %d, %d : tensor<?x3xf32>, tensor<?x3xf32> loc("loss")
  %p = tenon.reduce_sum %q {axes = array<i64: 1>, keepdims = false} : tensor<?x3xf32> loc("loss")
  %w = tenon.multiply %p, %weight : tensor<?xf32>, tensor<?xf32> loc("loss")
  %sum = tenon.reduce_sum %w {axes = array<i64: 0>, keepdims = false} : tensor<?xf32> loc("loss")
  %batch = tenon.count %w {axes = array<i64: 0>} : tensor<?xf32> loc("loss")
  %loss = tenon.divide %sum, %batch : tensor<f32>, tensor<f32> loc("loss")
  %t = tenon.add %total, %loss : tensor<f32>, tensor<f32> loc("loss")
  tenon.assign @total, %t : tensor<f32>
  return %loss : tensor<f32>
}
func.func private @"update/kernel"(%g: tensor<3x3xf32>) {
  %v = tenon.read @kernel : tensor<3x3xf32>
  %m = tenon.read @"kernel/momentum" : tensor<3x3xf32>
  %lr = tenon.read @learning_rate : tensor<f32>
  %c = tenon.constant dense<0.9> : tensor<f32>
  %0 = tenon.multiply %m, %c : tensor<3x3xf32>, tensor<f32> loc("optimizer")
  %1 = tenon.multiply %g, %lr : tensor<3x3xf32>, tensor<f32> loc("optimizer")
  %2 = tenon.subtract %0, %1 : tensor<3x3xf32>, tensor<3x3xf32> loc("optimizer")
  %3 = tenon.add %v, %2 : tensor<3x3xf32>, tensor<3x3xf32> loc("optimizer")
  tenon.assign @"kernel/momentum", %2 : tensor<3x3xf32>
  tenon.assign @kernel, %3 : tensor<3x3xf32>
  return
}
func.func private @"update/bias"(%g: tensor<3xf32>) {
  %v = tenon.read @bias : tensor<3xf32>
  %m = tenon.read @"bias/momentum" : tensor<3xf32>
  %lr = tenon.read @learning_rate : tensor<f32>
  %c = tenon.constant dense<0.9> : tensor<f32>
  %0 = tenon.multiply %m, %c : tensor<3xf32>, tensor<f32> loc("optimizer")
  %1 = tenon.multiply %g, %lr : tensor<3xf32>, tensor<f32> loc("optimizer")
  %2 = tenon.subtract %0, %1 : tensor<3xf32>, tensor<3xf32> loc("optimizer")
  %3 = tenon.add %v, %2 : tensor<3xf32>, tensor<3xf32> loc("optimizer")
  tenon.assign @"bias/momentum", %2 : tensor<3xf32>
  tenon.assign @bias, %3 : tensor<3xf32>
  return
}
func.func private @"update"() {
  %i = tenon.read @iteration : tensor<i64>
  %one = tenon.constant dense<1> : tensor<i64>
  %n = tenon.add %i, %one : tensor<i64>, tensor<i64> loc("optimizer")
  tenon.assign @iteration, %n : tensor<i64>
  return
}
