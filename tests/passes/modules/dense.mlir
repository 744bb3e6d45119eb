// RUN: tenon-opt %s --tenon-training -o /dev/null
// Two dense layers.
tenon.variable @"dense/kernel" : tensor<5x20xf32> "weight" trainable
tenon.variable @"dense/bias" : tensor<20xf32> "weight" trainable
tenon.variable @"dense_1/kernel" : tensor<20x10xf32> "weight" trainable
tenon.variable @"dense_1/bias" : tensor<10xf32> "weight" trainable
func.func @predict(%image: tensor<?x5xf32> {tenon.name = "image"}) -> (tensor<?x10xf32> {tenon.name = "dense_1"}) {
  %w = tenon.read @"dense/kernel" : tensor<5x20xf32>
  %b = tenon.read @"dense/bias" : tensor<20xf32>
  %w1 = tenon.read @"dense_1/kernel" : tensor<20x10xf32>
  %b1 = tenon.read @"dense_1/bias" : tensor<10xf32>
  %0 = tenon.matmul %image, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x5xf32>, tensor<5x20xf32> loc("dense")
  %1 = tenon.add %0, %b : tensor<?x20xf32>, tensor<20xf32> loc("dense")
  %2 = tenon.relu %1 : tensor<?x20xf32> loc("dense")
  %3 = tenon.matmul %2, %w1 {transpose_lhs = false, transpose_rhs = false} : tensor<?x20xf32>, tensor<20x10xf32> loc("dense_1")
  %4 = tenon.add %3, %b1 : tensor<?x10xf32>, tensor<10xf32> loc("dense_1")
  %5 = tenon.softmax %4 : tensor<?x10xf32> loc("dense_1")
  return %5 : tensor<?x10xf32>
}
