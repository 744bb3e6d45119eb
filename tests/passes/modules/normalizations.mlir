// RUN: tenon-opt %s --tenon-inference -o /dev/null
// Batch normalisation in every position: behind and in front of layers, through padding, with other users.
tenon.variable @"a/gamma" : tensor<3xf32> "weight"
tenon.variable @"a/beta" : tensor<3xf32> "weight"
tenon.variable @"a/mean" : tensor<3xf32> "statistic"
tenon.variable @"a/variance" : tensor<3xf32> "statistic"
tenon.variable @"b/gamma" : tensor<3xf32> "weight"
tenon.variable @"b/beta" : tensor<3xf32> "weight"
tenon.variable @"b/mean" : tensor<3xf32> "statistic"
tenon.variable @"b/variance" : tensor<3xf32> "statistic"
tenon.variable @"c/gamma" : tensor<3xf32> "weight"
tenon.variable @"c/beta" : tensor<3xf32> "weight"
tenon.variable @"c/mean" : tensor<3xf32> "statistic"
tenon.variable @"c/variance" : tensor<3xf32> "statistic"
tenon.variable @"d/gamma" : tensor<3xf32> "weight"
tenon.variable @"d/beta" : tensor<3xf32> "weight"
tenon.variable @"d/mean" : tensor<3xf32> "statistic"
tenon.variable @"d/variance" : tensor<3xf32> "statistic"
tenon.variable @"e/gamma" : tensor<3xf32> "weight"
tenon.variable @"e/beta" : tensor<3xf32> "weight"
tenon.variable @"e/mean" : tensor<3xf32> "statistic"
tenon.variable @"e/variance" : tensor<3xf32> "statistic"
tenon.variable @k1 : tensor<3x3x3x3xf32> "weight"
tenon.variable @k2 : tensor<2x2x3x3xf32> "weight"
tenon.variable @b1 : tensor<3xf32> "weight"
tenon.variable @w : tensor<3x3xf32> "weight"
tenon.variable @p : tensor<1x1x3x3xf32> "weight"
func.func @predict(%x: tensor<?x?x5x3xf32> {tenon.name = "x"}) -> (tensor<?x?x5x3xf32>, tensor<?x?x4x3xf32>, tensor<?x?x5x3xf32>, tensor<?x?x5x3xf32>) {
  %k1 = tenon.read @k1 : tensor<3x3x3x3xf32>
  %k2 = tenon.read @k2 : tensor<2x2x3x3xf32>
  %b1 = tenon.read @b1 : tensor<3xf32>
  %w = tenon.read @w : tensor<3x3xf32>
  %p = tenon.read @p : tensor<1x1x3x3xf32>
  %c = tenon.conv %x, %k1 {strides = array<i64: 1, 1>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x5x3xf32>, tensor<3x3x3x3xf32> loc("conv")
  %cb = tenon.add %c, %b1 : tensor<?x?x5x3xf32>, tensor<3xf32> loc("conv")
  %a_gamma = tenon.read @"a/gamma" : tensor<3xf32>
  %a_beta = tenon.read @"a/beta" : tensor<3xf32>
  %a_mean = tenon.read @"a/mean" : tensor<3xf32>
  %a_variance = tenon.read @"a/variance" : tensor<3xf32>
  %an = tenon.batch_norm %cb, %a_gamma, %a_beta, %a_mean, %a_variance {epsilon = 0.0009765625 : f64} : tensor<?x?x5x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32> loc("a")
  %ar = tenon.relu %an : tensor<?x?x5x3xf32> loc("relu")
  %b_gamma = tenon.read @"b/gamma" : tensor<3xf32>
  %b_beta = tenon.read @"b/beta" : tensor<3xf32>
  %b_mean = tenon.read @"b/mean" : tensor<3xf32>
  %b_variance = tenon.read @"b/variance" : tensor<3xf32>
  %bn = tenon.batch_norm %ar, %b_gamma, %b_beta, %b_mean, %b_variance {epsilon = 0.0009765625 : f64} : tensor<?x?x5x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32> loc("b")
  %valid = tenon.conv %bn, %k2 {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x5x3xf32>, tensor<2x2x3x3xf32> loc("valid")
  %c_gamma = tenon.read @"c/gamma" : tensor<3xf32>
  %c_beta = tenon.read @"c/beta" : tensor<3xf32>
  %c_mean = tenon.read @"c/mean" : tensor<3xf32>
  %c_variance = tenon.read @"c/variance" : tensor<3xf32>
  %cn = tenon.batch_norm %x, %c_gamma, %c_beta, %c_mean, %c_variance {epsilon = 0.0009765625 : f64} : tensor<?x?x5x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32> loc("c")
  %padded = tenon.conv %cn, %k1 {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x5x3xf32>, tensor<3x3x3x3xf32> loc("padded")
  %d = tenon.matmul %padded, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x?x5x3xf32>, tensor<3x3xf32> loc("dense")
  %d_gamma = tenon.read @"d/gamma" : tensor<3xf32>
  %d_beta = tenon.read @"d/beta" : tensor<3xf32>
  %d_mean = tenon.read @"d/mean" : tensor<3xf32>
  %d_variance = tenon.read @"d/variance" : tensor<3xf32>
  %dn = tenon.batch_norm %d, %d_gamma, %d_beta, %d_mean, %d_variance {epsilon = 0.0009765625 : f64} : tensor<?x?x5x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32> loc("d")
  %both = tenon.add %dn, %d : tensor<?x?x5x3xf32>, tensor<?x?x5x3xf32> loc("add")
  %e_gamma = tenon.read @"e/gamma" : tensor<3xf32>
  %e_beta = tenon.read @"e/beta" : tensor<3xf32>
  %e_mean = tenon.read @"e/mean" : tensor<3xf32>
  %e_variance = tenon.read @"e/variance" : tensor<3xf32>
  %en = tenon.batch_norm %both, %e_gamma, %e_beta, %e_mean, %e_variance {epsilon = 0.0009765625 : f64} : tensor<?x?x5x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32> loc("e")
  %last = tenon.conv %en, %p {strides = array<i64: 1, 1>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x5x3xf32>, tensor<1x1x3x3xf32> loc("pointwise")
  return %ar, %valid, %both, %last : tensor<?x?x5x3xf32>, tensor<?x?x4x3xf32>, tensor<?x?x5x3xf32>, tensor<?x?x5x3xf32>
}
