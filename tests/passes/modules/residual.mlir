// RUN: tenon-opt %s --tenon-training -o /dev/null
// A residual block with batch normalisation, a projected shortcut, pooling and a dense head, trained with SGD.
tenon.variable @"conv/kernel" : tensor<3x3x2x3xf32> "weight" trainable
tenon.variable @"bn/gamma" : tensor<3xf32> "weight" trainable
tenon.variable @"bn/beta" : tensor<3xf32> "weight" trainable
tenon.variable @"bn/mean" : tensor<3xf32> "statistic"
tenon.variable @"bn/variance" : tensor<3xf32> "statistic"
tenon.variable @"short/kernel" : tensor<1x1x2x3xf32> "weight" trainable
tenon.variable @"short/bias" : tensor<3xf32> "weight" trainable
tenon.variable @"dense/kernel" : tensor<27x4xf32> "weight" trainable
tenon.variable @"dense/bias" : tensor<4xf32> "weight" trainable
tenon.variable @"optimizer/learning_rate" : tensor<f32> "hyper"
tenon.variable @"optimizer/iteration" : tensor<i64> "hyper"
tenon.variable @"metric/total" : tensor<f32> "metric" = dense<0.0> : tensor<f32>
func.func @predict(%image: tensor<?x6x6x2xf32> {tenon.name = "image"}) -> (tensor<?x4xf32> {tenon.name = "dense"}) {
  %k = tenon.read @"conv/kernel" : tensor<3x3x2x3xf32>
  %gamma = tenon.read @"bn/gamma" : tensor<3xf32>
  %beta = tenon.read @"bn/beta" : tensor<3xf32>
  %mean = tenon.read @"bn/mean" : tensor<3xf32>
  %variance = tenon.read @"bn/variance" : tensor<3xf32>
  %sk = tenon.read @"short/kernel" : tensor<1x1x2x3xf32>
  %sb = tenon.read @"short/bias" : tensor<3xf32>
  %dk = tenon.read @"dense/kernel" : tensor<27x4xf32>
  %db = tenon.read @"dense/bias" : tensor<4xf32>
  %c = tenon.conv %image, %k {strides = array<i64: 1, 1>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x6x6x2xf32>, tensor<3x3x2x3xf32> loc("conv")
  %n = tenon.batch_norm %c, %gamma, %beta, %mean, %variance {epsilon = 0.0009765625 : f64} : tensor<?x6x6x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32> loc("bn")
  %s = tenon.conv %image, %sk {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x6x6x2xf32>, tensor<1x1x2x3xf32> loc("short")
  %sb1 = tenon.add %s, %sb : tensor<?x6x6x3xf32>, tensor<3xf32> loc("short")
  %sum = tenon.add %n, %sb1 : tensor<?x6x6x3xf32>, tensor<?x6x6x3xf32> loc("add")
  %r = tenon.relu %sum : tensor<?x6x6x3xf32> loc("relu")
  %p = tenon.max_pool %r {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>} : tensor<?x6x6x3xf32> loc("pool")
  %f = tenon.reshape %p {shape = array<i64: 0, 27>} : tensor<?x3x3x3xf32> loc("flatten")
  %d = tenon.matmul %f, %dk {transpose_lhs = false, transpose_rhs = false} : tensor<?x27xf32>, tensor<27x4xf32> loc("dense")
  %e = tenon.add %d, %db : tensor<?x4xf32>, tensor<4xf32> loc("dense")
  %o = tenon.softmax %e : tensor<?x4xf32> loc("dense")
  return %o : tensor<?x4xf32>
}
func.func @loss(%image: tensor<?x6x6x2xf32> {tenon.name = "image"}, %target: tensor<?x4xf32> {tenon.name = "target:dense"}, %weight: tensor<?xf32> {tenon.name = "sample_weight:dense"}) -> tensor<f32> {
  %k = tenon.read @"conv/kernel" : tensor<3x3x2x3xf32>
  %gamma = tenon.read @"bn/gamma" : tensor<3xf32>
  %beta = tenon.read @"bn/beta" : tensor<3xf32>
  %rmean = tenon.read @"bn/mean" : tensor<3xf32>
  %rvariance = tenon.read @"bn/variance" : tensor<3xf32>
  %sk = tenon.read @"short/kernel" : tensor<1x1x2x3xf32>
  %sb = tenon.read @"short/bias" : tensor<3xf32>
  %dk = tenon.read @"dense/kernel" : tensor<27x4xf32>
  %db = tenon.read @"dense/bias" : tensor<4xf32>
  %total = tenon.read @"metric/total" : tensor<f32>
  %c = tenon.conv %image, %k {strides = array<i64: 1, 1>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x6x6x2xf32>, tensor<3x3x2x3xf32> loc("conv")
  %mean, %variance = tenon.moments %c : tensor<?x6x6x3xf32> loc("bn")
  %n = tenon.batch_norm %c, %gamma, %beta, %mean, %variance {epsilon = 0.0009765625 : f64} : tensor<?x6x6x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32> loc("bn")
  %momentum = tenon.constant dense<0.99> : tensor<f32>
  %rest = tenon.constant dense<0.01> : tensor<f32>
  %m0 = tenon.multiply %rmean, %momentum : tensor<3xf32>, tensor<f32> loc("bn")
  %m1 = tenon.multiply %mean, %rest : tensor<3xf32>, tensor<f32> loc("bn")
  %m2 = tenon.add %m0, %m1 : tensor<3xf32>, tensor<3xf32> loc("bn")
  %v0 = tenon.multiply %rvariance, %momentum : tensor<3xf32>, tensor<f32> loc("bn")
  %v1 = tenon.multiply %variance, %rest : tensor<3xf32>, tensor<f32> loc("bn")
  %v2 = tenon.add %v0, %v1 : tensor<3xf32>, tensor<3xf32> loc("bn")
  tenon.assign @"bn/mean", %m2 : tensor<3xf32>
  tenon.assign @"bn/variance", %v2 : tensor<3xf32>
  %s = tenon.conv %image, %sk {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x6x6x2xf32>, tensor<1x1x2x3xf32> loc("short")
  %sb1 = tenon.add %s, %sb : tensor<?x6x6x3xf32>, tensor<3xf32> loc("short")
  %sum = tenon.add %n, %sb1 : tensor<?x6x6x3xf32>, tensor<?x6x6x3xf32> loc("add")
  %r = tenon.relu %sum : tensor<?x6x6x3xf32> loc("relu")
  %p = tenon.max_pool %r {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>} : tensor<?x6x6x3xf32> loc("pool")
  %f = tenon.reshape %p {shape = array<i64: 0, 27>} : tensor<?x3x3x3xf32> loc("flatten")
  %d = tenon.matmul %f, %dk {transpose_lhs = false, transpose_rhs = false} : tensor<?x27xf32>, tensor<27x4xf32> loc("dense")
  %e = tenon.add %d, %db : tensor<?x4xf32>, tensor<4xf32> loc("dense")
  %o = tenon.softmax %e : tensor<?x4xf32> loc("dense")
  %l = tenon.log %o : tensor<?x4xf32> loc("loss")
  %tl = tenon.multiply %target, %l : tensor<?x4xf32>, tensor<?x4xf32> loc("loss")
  %per = tenon.reduce_sum %tl {axes = array<i64: 1>, keepdims = false} : tensor<?x4xf32> loc("loss")
  %neg = tenon.negate %per : tensor<?xf32> loc("loss")
  %weighted = tenon.multiply %neg, %weight : tensor<?xf32>, tensor<?xf32> loc("loss")
  %all = tenon.reduce_sum %weighted {axes = array<i64: 0>, keepdims = false} : tensor<?xf32> loc("loss")
  %count = tenon.count %weighted {axes = array<i64: 0>} : tensor<?xf32> loc("loss")
  %loss = tenon.divide %all, %count : tensor<f32>, tensor<f32> loc("loss")
  %t = tenon.add %total, %all : tensor<f32>, tensor<f32> loc("metric")
  tenon.assign @"metric/total", %t : tensor<f32>
  return %loss : tensor<f32>
}
func.func @evaluate(%image: tensor<?x6x6x2xf32> {tenon.name = "image"}, %target: tensor<?x4xf32> {tenon.name = "target:dense"}, %weight: tensor<?xf32> {tenon.name = "sample_weight:dense"}) {
  %sk = tenon.read @"short/kernel" : tensor<1x1x2x3xf32>
  %total = tenon.read @"metric/total" : tensor<f32>
  %s = tenon.conv %image, %sk {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x6x6x2xf32>, tensor<1x1x2x3xf32> loc("short")
  %sum = tenon.reduce_sum %s {axes = array<i64: 0, 1, 2, 3>, keepdims = false} : tensor<?x6x6x3xf32> loc("metric")
  %t = tenon.add %total, %sum : tensor<f32>, tensor<f32> loc("metric")
  tenon.assign @"metric/total", %t : tensor<f32>
  return
}
func.func private @"update"() {
  %i = tenon.read @"optimizer/iteration" : tensor<i64>
  %one = tenon.constant dense<1> : tensor<i64>
  %n = tenon.add %i, %one : tensor<i64>, tensor<i64>
  tenon.assign @"optimizer/iteration", %n : tensor<i64>
  return
}
func.func private @"update/conv/kernel"(%g: tensor<3x3x2x3xf32>) {
  %v = tenon.read @"conv/kernel" : tensor<3x3x2x3xf32>
  %lr = tenon.read @"optimizer/learning_rate" : tensor<f32>
  %s = tenon.multiply %g, %lr : tensor<3x3x2x3xf32>, tensor<f32> loc("optimizer")
  %n = tenon.subtract %v, %s : tensor<3x3x2x3xf32>, tensor<3x3x2x3xf32> loc("optimizer")
  tenon.assign @"conv/kernel", %n : tensor<3x3x2x3xf32>
  return
}
func.func private @"update/bn/gamma"(%g: tensor<3xf32>) {
  %v = tenon.read @"bn/gamma" : tensor<3xf32>
  %lr = tenon.read @"optimizer/learning_rate" : tensor<f32>
  %s = tenon.multiply %g, %lr : tensor<3xf32>, tensor<f32> loc("optimizer")
  %n = tenon.subtract %v, %s : tensor<3xf32>, tensor<3xf32> loc("optimizer")
  tenon.assign @"bn/gamma", %n : tensor<3xf32>
  return
}
func.func private @"update/bn/beta"(%g: tensor<3xf32>) {
  %v = tenon.read @"bn/beta" : tensor<3xf32>
  %lr = tenon.read @"optimizer/learning_rate" : tensor<f32>
  %s = tenon.multiply %g, %lr : tensor<3xf32>, tensor<f32> loc("optimizer")
  %n = tenon.subtract %v, %s : tensor<3xf32>, tensor<3xf32> loc("optimizer")
  tenon.assign @"bn/beta", %n : tensor<3xf32>
  return
}
func.func private @"update/short/kernel"(%g: tensor<1x1x2x3xf32>) {
  %v = tenon.read @"short/kernel" : tensor<1x1x2x3xf32>
  %lr = tenon.read @"optimizer/learning_rate" : tensor<f32>
  %s = tenon.multiply %g, %lr : tensor<1x1x2x3xf32>, tensor<f32> loc("optimizer")
  %n = tenon.subtract %v, %s : tensor<1x1x2x3xf32>, tensor<1x1x2x3xf32> loc("optimizer")
  tenon.assign @"short/kernel", %n : tensor<1x1x2x3xf32>
  return
}
func.func private @"update/short/bias"(%g: tensor<3xf32>) {
  %v = tenon.read @"short/bias" : tensor<3xf32>
  %lr = tenon.read @"optimizer/learning_rate" : tensor<f32>
  %s = tenon.multiply %g, %lr : tensor<3xf32>, tensor<f32> loc("optimizer")
  %n = tenon.subtract %v, %s : tensor<3xf32>, tensor<3xf32> loc("optimizer")
  tenon.assign @"short/bias", %n : tensor<3xf32>
  return
}
func.func private @"update/dense/kernel"(%g: tensor<27x4xf32>) {
  %v = tenon.read @"dense/kernel" : tensor<27x4xf32>
  %lr = tenon.read @"optimizer/learning_rate" : tensor<f32>
  %s = tenon.multiply %g, %lr : tensor<27x4xf32>, tensor<f32> loc("optimizer")
  %n = tenon.subtract %v, %s : tensor<27x4xf32>, tensor<27x4xf32> loc("optimizer")
  tenon.assign @"dense/kernel", %n : tensor<27x4xf32>
  return
}
func.func private @"update/dense/bias"(%g: tensor<4xf32>) {
  %v = tenon.read @"dense/bias" : tensor<4xf32>
  %lr = tenon.read @"optimizer/learning_rate" : tensor<f32>
  %s = tenon.multiply %g, %lr : tensor<4xf32>, tensor<f32> loc("optimizer")
  %n = tenon.subtract %v, %s : tensor<4xf32>, tensor<4xf32> loc("optimizer")
  tenon.assign @"dense/bias", %n : tensor<4xf32>
  return
}
