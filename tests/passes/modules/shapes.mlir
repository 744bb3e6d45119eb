// RUN: tenon-opt %s --tenon-inference -o /dev/null
// Shared values, sums over several axes, siblings, scalars, integers, views, dropout.
tenon.variable @scale : tensor<4xf32> "weight"
tenon.variable @matrix : tensor<4x4xf32> "weight"
tenon.variable @seed : tensor<i64> "hyper"
tenon.variable @state : tensor<4xf32> "statistic"
func.func @predict(%x: tensor<?x3x4xf32> {tenon.name = "x"}, %label: tensor<?xi32> {tenon.name = "label"}) -> (tensor<3xf32>, tensor<?x12xf32>, tensor<?x4xf32>, tensor<f32>, tensor<?xi32>, tensor<f32>, tensor<4x4xf32>) {
  %s = tenon.read @scale : tensor<4xf32>
  %w = tenon.read @matrix : tensor<4x4xf32>
  %seed = tenon.read @seed : tensor<i64>
  %two = tenon.constant dense<2.0> : tensor<f32>
  %table = tenon.constant dense<[1.0, -2.0, 0.5, 4.0]> : tensor<4xf32>
  %e = tenon.exp %x : tensor<?x3x4xf32> loc("exp")
  %m = tenon.multiply %e, %s : tensor<?x3x4xf32>, tensor<4xf32> loc("scale")
  %outer = tenon.reduce_sum %m {axes = array<i64: 0, 2>, keepdims = false} : tensor<?x3x4xf32> loc("outer")
  %flat = tenon.reshape %m {shape = array<i64: 0, 12>} : tensor<?x3x4xf32> loc("flat")
  %d = tenon.dropout %flat, %seed, %seed {rate = 0.25 : f64, site = 3 : i64} : tensor<?x12xf32>, tensor<i64>, tensor<i64> loc("dropout")
  %sum = tenon.reduce_sum %x {axes = array<i64: 1>, keepdims = false} : tensor<?x3x4xf32> loc("sum")
  %top = tenon.reduce_max %m {axes = array<i64: 1>, keepdims = false} : tensor<?x3x4xf32> loc("max")
  %square = tenon.multiply %x, %x : tensor<?x3x4xf32>, tensor<?x3x4xf32> loc("square")
  %norm = tenon.reduce_sum %square {axes = array<i64: 1>, keepdims = false} : tensor<?x3x4xf32> loc("norm")
  %a = tenon.add %sum, %norm : tensor<?x4xf32>, tensor<?x4xf32> loc("a")
  %mm = tenon.matmul %a, %w {transpose_lhs = false, transpose_rhs = true} : tensor<?x4xf32>, tensor<4x4xf32> loc("matmul")
  %mt = tenon.multiply %mm, %table : tensor<?x4xf32>, tensor<4xf32> loc("matmul")
  %mb = tenon.maximum %mt, %two : tensor<?x4xf32>, tensor<f32> loc("matmul")
  %res = tenon.add %mb, %top : tensor<?x4xf32>, tensor<?x4xf32> loc("residual")
  %soft = tenon.softmax %res : tensor<?x4xf32> loc("softmax")
  %hot = tenon.one_hot %label {classes = 4 : i64} : tensor<?xi32> loc("one_hot")
  %z = tenon.multiply %soft, %hot : tensor<?x4xf32>, tensor<?x4xf32> loc("loss")
  %total = tenon.reduce_sum %z {axes = array<i64: 0, 1>, keepdims = false} : tensor<?x4xf32> loc("loss")
  %n = tenon.count %z {axes = array<i64: 0>} : tensor<?x4xf32> loc("loss")
  %half = tenon.divide %n, %two : tensor<f32>, tensor<f32> loc("loss")
  %mean = tenon.divide %total, %half : tensor<f32>, tensor<f32> loc("loss")
  %wide = tenon.broadcast_like %mean like %soft {axes = array<i64: 0, 1>} : tensor<f32> like tensor<?x4xf32> loc("wide")
  %back = tenon.subtract %soft, %wide : tensor<?x4xf32>, tensor<?x4xf32> loc("wide")
  %best = tenon.argmax %back {} : tensor<?x4xf32> loc("argmax")
  %gram = tenon.matmul %a, %back {transpose_lhs = true, transpose_rhs = false} : tensor<?x4xf32>, tensor<?x4xf32> loc("gram")
  return %outer, %d, %res, %mean, %best, %half, %gram : tensor<3xf32>, tensor<?x12xf32>, tensor<?x4xf32>, tensor<f32>, tensor<?xi32>, tensor<f32>, tensor<4x4xf32>
}
func.func @reset() {
  %zero = tenon.constant dense<0.0> : tensor<4xf32>
  tenon.assign @state, %zero : tensor<4xf32>
  return
}
