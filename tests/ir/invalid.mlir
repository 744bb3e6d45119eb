// RUN: tenon-opt %s --verify-diagnostics --split-input-file
// One module per numbered constraint of the ops' descriptions.

// add C1
func.func @add_C1(%x: tensor<4xf32>, %y: tensor<4xi32>) {
  // expected-error @+1 {{expected operands of one element type, got 'f32' and 'i32'}}
  %0 = tenon.add %x, %y : tensor<4xf32>, tensor<4xi32>
  return
}

// -----

func.func @add_C2(%x: tensor<4x3xf32>, %y: tensor<4xf32>) {
  // expected-error @+1 {{shapes (4, 3) and (4,) do not broadcast: dimensions must be equal or 1, got 3 and 4}}
  %0 = tenon.add %x, %y : tensor<4x3xf32>, tensor<4xf32>
  return
}

// -----

func.func @relu_C1(%x: tensor<4xf32>) {
  // expected-error @+2 {{incompatible with return type(s) of operation}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = "tenon.relu"(%x) : (tensor<4xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @relu_operand(%x: tensor<4xi32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<4xi32>'}}
  %0 = tenon.relu %x : tensor<4xi32>
  return
}

// -----

func.func @equal_C1(%x: tensor<4xf32>, %y: tensor<4xi32>) {
  // expected-error @+1 {{expected operands of one element type, got 'f32' and 'i32'}}
  %0 = tenon.equal %x, %y : tensor<4xf32>, tensor<4xi32>
  return
}

// -----

func.func @equal_C2(%x: tensor<4xf32>, %y: tensor<3xf32>) {
  // expected-error @+1 {{shapes (4,) and (3,) do not broadcast}}
  %0 = tenon.equal %x, %y : tensor<4xf32>, tensor<3xf32>
  return
}

// -----

func.func @select_C1(%m: tensor<4xi8>, %x: tensor<4xf32>, %y: tensor<4xi32>) {
  // expected-error @+1 {{expected operands of one element type, got 'f32' and 'i32'}}
  %0 = tenon.select %m, %x, %y : tensor<4xi8>, tensor<4xf32>, tensor<4xi32>
  return
}

// -----

func.func @select_C2(%m: tensor<3xi8>, %x: tensor<4xf32>, %y: tensor<4xf32>) {
  // expected-error @+1 {{shapes (3,) and (4,) do not broadcast}}
  %0 = tenon.select %m, %x, %y : tensor<3xi8>, tensor<4xf32>, tensor<4xf32>
  return
}

// -----

func.func @convert_to(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected to convert to f32, f64, i8, i32 or i64, got 'i16'}}
  %0 = tenon.convert %x to i16 : tensor<4xf32>
  return
}

// -----

func.func @matmul_C1(%x: tensor<4x3xf32>, %y: tensor<2x3x5xf32>) {
  // expected-error @+1 {{expected an operand of rank 1 or more and a matrix, got shapes (4, 3) and (2, 3, 5)}}
  %0 = tenon.matmul %x, %y {transpose_lhs = false, transpose_rhs = false} : tensor<4x3xf32>, tensor<2x3x5xf32>
  return
}

// -----

func.func @matmul_C2(%x: tensor<?x3xf32>, %y: tensor<4x5xf32>) {
  // expected-error @+1 {{the contracted dimensions must be equal, got 3 and 4}}
  %0 = tenon.matmul %x, %y {transpose_lhs = false, transpose_rhs = false} : tensor<?x3xf32>, tensor<4x5xf32>
  return
}

// -----

func.func @matmul_C3_rank(%x: tensor<4x3xf32>, %y: tensor<4xf32>) {
  // expected-error @+1 {{expected operands of one rank of 2 or more, got shapes (4, 3) and (4,)}}
  %0 = tenon.matmul %x, %y {transpose_lhs = true, transpose_rhs = false} : tensor<4x3xf32>, tensor<4xf32>
  return
}

// -----

func.func @matmul_C3_rows(%x: tensor<4x3xf32>, %y: tensor<5x3xf32>) {
  // expected-error @+1 {{leading dimensions must be equal, got 4 and 5}}
  %0 = tenon.matmul %x, %y {transpose_lhs = true, transpose_rhs = false} : tensor<4x3xf32>, tensor<5x3xf32>
  return
}

// -----

func.func @matmul_C3_both(%x: tensor<4x3xf32>, %y: tensor<4x3xf32>) {
  // expected-error @+1 {{expected transpose_lhs or transpose_rhs, not both}}
  %0 = tenon.matmul %x, %y {transpose_lhs = true, transpose_rhs = true} : tensor<4x3xf32>, tensor<4x3xf32>
  return
}

// -----

func.func @matmul_attribute(%x: tensor<4x3xf32>, %y: tensor<3x3xf32>) {
  // expected-error @+1 {{'tenon.matmul' op requires attribute 'transpose_rhs'}}
  %0 = tenon.matmul %x, %y {transpose_lhs = false} : tensor<4x3xf32>, tensor<3x3xf32>
  return
}

// -----

func.func @conv_rank(%x: tensor<?x8x8x3xf32>, %k: tensor<3x3x4xf32>) {
  // expected-error @+1 {{expected an input (batch, spatial.., channels) and a filter (window.., channels, filters) of one rank of 3 or more, got shapes (?, 8, 8, 3) and (3, 3, 4)}}
  %0 = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<3x3x4xf32>
  return
}

// -----

func.func @conv_filter(%x: tensor<?x8x8x3xf32>, %k: tensor<?x3x3x4xf32>) {
  // expected-error @+1 {{expected a filter of static shape, got (?, 3, 3, 4)}}
  %0 = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<?x3x3x4xf32>
  return
}

// -----

func.func @conv_C1(%x: tensor<?x8x8x3xf32>, %k: tensor<3x3x3x4xf32>) {
  // expected-error @+1 {{expected one window size, stride and dilation and two paddings for each of 2 spatial axes, got 2, 1, 2 and 4}}
  %0 = tenon.conv %x, %k {strides = array<i64: 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<3x3x3x4xf32>
  return
}

// -----

func.func @conv_C1_positive(%x: tensor<?x8x8x3xf32>, %k: tensor<3x3x3x4xf32>) {
  // expected-error @+1 {{window, strides and dilations must be positive}}
  %0 = tenon.conv %x, %k {strides = array<i64: 1, 0>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<3x3x3x4xf32>
  return
}

// -----

func.func @conv_C1_padding(%x: tensor<?x8x8x3xf32>, %k: tensor<3x3x3x4xf32>) {
  // expected-error @+1 {{expected padding of 0 or more, or -1, -1 for 'same', got -1, 0}}
  %0 = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: -1, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<3x3x3x4xf32>
  return
}

// -----

func.func @conv_C2(%x: tensor<?x8x2x3xf32>, %k: tensor<3x3x3x4xf32>) {
  // expected-error @+1 {{the output size would be zero or negative: a window of 3 does not fit into an input of size 2 (padding included), got -1}}
  %0 = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x2x3xf32>, tensor<3x3x3x4xf32>
  return
}

// -----

func.func @conv_C3_channels(%x: tensor<?x8x8x3xf32>, %k: tensor<3x3x4x4xf32>) {
  // expected-error @+1 {{the input's channels must be groups times the filter's, got 3 and 4}}
  %0 = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<3x3x4x4xf32>
  return
}

// -----

func.func @conv_C3_groups(%x: tensor<?x8x8x6xf32>, %k: tensor<3x3x2x4xf32>) {
  // expected-error @+1 {{expected groups that divide the 4 filters, got 3}}
  %0 = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 3 : i64} : tensor<?x8x8x6xf32>, tensor<3x3x2x4xf32>
  return
}

// -----

func.func @conv_input_grad_shape(%g: tensor<?x6x5x4xf32>, %k: tensor<3x3x3x4xf32>, %x: tensor<?x8x8x3xf32>) {
  // expected-error @+1 {{the gradient must have the convolution's shape (?, 6, 6, 4), got 5 and 6}}
  %0 = tenon.conv_input_grad %g, %k like %x {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x6x5x4xf32>, tensor<3x3x3x4xf32> like tensor<?x8x8x3xf32>
  return
}

// -----

func.func @conv_filter_grad_rank(%x: tensor<?x8x8x3xf32>, %g: tensor<?x6x4xf32>, %k: tensor<3x3x3x4xf32>) {
  // expected-error @+1 {{expected a gradient of shape (?, 6, 6, 4), got (?, 6, 4)}}
  %0 = tenon.conv_filter_grad %x, %g like %k {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<?x6x4xf32> like tensor<3x3x3x4xf32>
  return
}

// -----

func.func @max_pool_rank(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expected an input (batch, spatial.., channels), got shape (?, 8)}}
  %0 = tenon.max_pool %x {window = array<i64>, strides = array<i64>, padding = array<i64>} : tensor<?x8xf32>
  return
}

// -----

func.func @max_pool_C1(%x: tensor<?x8x8x3xf32>) {
  // expected-error @+1 {{for each of 2 spatial axes, got 1, 2, 1 and 4}}
  %0 = tenon.max_pool %x {window = array<i64: 2>, strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>} : tensor<?x8x8x3xf32>
  return
}

// -----

func.func @avg_pool_C2(%x: tensor<?x1x3xf32>) {
  // expected-error @+1 {{a window of 2 does not fit into an input of size 1 (padding included), got -1}}
  %0 = tenon.avg_pool %x {window = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>} : tensor<?x1x3xf32>
  return
}

// -----

func.func @max_pool_C3(%x: tensor<?x8x3xf32>) {
  // expected-error @+1 {{expected padding smaller than the window, got 2 for a window of 2}}
  %0 = tenon.max_pool %x {window = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 2>} : tensor<?x8x3xf32>
  return
}

// -----

func.func @avg_pool_grad_shape(%g: tensor<?x3x3xf32>, %x: tensor<?x8x3xf32>) {
  // expected-error @+1 {{the gradient must have the pool's shape (?, 4, 3), got 3 and 4}}
  %0 = tenon.avg_pool_grad %g like %x {window = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>} : tensor<?x3x3xf32> like tensor<?x8x3xf32>
  return
}

// -----

func.func @batch_norm_C1_rank(%x: tensor<?x3xf32>, %v: tensor<3xf32>, %m: tensor<1x3xf32>) {
  // expected-error @+1 {{expected mean to be a vector, got shape (1, 3)}}
  %0 = tenon.batch_norm %x, %v, %v, %m, %v {epsilon = 1.0e-3 : f64} : tensor<?x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<1x3xf32>, tensor<3xf32>
  return
}

// -----

func.func @batch_norm_C1_size(%x: tensor<?x3xf32>, %v: tensor<3xf32>, %m: tensor<4xf32>) {
  // expected-error @+1 {{variance must have as many elements as the input has channels, got 4 and 3}}
  %0 = tenon.batch_norm %x, %v, %v, %v, %m {epsilon = 1.0e-3 : f64} : tensor<?x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<4xf32>
  return
}

// -----

func.func @moments_C1(%x: tensor<3xf32>) {
  // expected-error @+1 {{expected an input of rank 2 or more, got shape (3,)}}
  %0:2 = tenon.moments %x : tensor<3xf32>
  return
}

// -----

func.func @softmax_C1(%x: tensor<f32>) {
  // expected-error @+1 {{expected an operand of rank 1 or more, got a scalar}}
  %0 = tenon.softmax %x : tensor<f32>
  return
}

// -----

func.func @reduce_sum_C1_range(%x: tensor<3x4xf32>) {
  // expected-error @+1 {{expected ascending axes of an operand of rank 2, got axis 2}}
  %0 = tenon.reduce_sum %x {axes = array<i64: 2>, keepdims = false} : tensor<3x4xf32>
  return
}

// -----

func.func @reduce_max_C1_order(%x: tensor<3x4xf32>) {
  // expected-error @+1 {{expected ascending axes of an operand of rank 2, got axis 0}}
  %0 = tenon.reduce_max %x {axes = array<i64: 1, 0>, keepdims = false} : tensor<3x4xf32>
  return
}

// -----

func.func @argmax_C1(%x: tensor<f32>) {
  // expected-error @+1 {{expected an operand of rank 1 or more, got a scalar}}
  %0 = tenon.argmax %x : tensor<f32>
  return
}

// -----

func.func @count_C1(%x: tensor<3x4xf32>) {
  // expected-error @+1 {{expected ascending axes of an operand of rank 2, got axis -1}}
  %0 = tenon.count %x {axes = array<i64: -1>} : tensor<3x4xf32>
  return
}

// -----

func.func @reshape_C1(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{cannot reshape (?, 4) to (?, 5): the number of elements must stay}}
  %0 = tenon.reshape %x {shape = array<i64: 0, 5>} : tensor<?x4xf32>
  return
}

// -----

func.func @reshape_C2(%x: tensor<3x4xf32>) {
  // expected-error @+1 {{expected sizes, 0 or at most one -1, got -1 at axis 1}}
  %0 = tenon.reshape %x {shape = array<i64: -1, -1>} : tensor<3x4xf32>
  return
}

// -----

func.func @reshape_C3(%x: tensor<12xf32>) {
  // expected-error @+1 {{expected a size at axis 1: the operand's shape (12,) has no such axis to copy}}
  %0 = tenon.reshape %x {shape = array<i64: 12, 0>} : tensor<12xf32>
  return
}

// -----

func.func @reshape_like_C1(%x: tensor<12xf32>, %y: tensor<3x5xf32>) {
  // expected-error @+1 {{cannot reshape (12,) to (3, 5): the number of elements must stay, got 12 and 15}}
  %0 = tenon.reshape_like %x like %y : tensor<12xf32> like tensor<3x5xf32>
  return
}

// -----

func.func @broadcast_like_C1(%x: tensor<3xf32>, %y: tensor<3x5xf32>) {
  // expected-error @+1 {{expected ascending axes of a shape of rank 2, got axis 2}}
  %0 = tenon.broadcast_like %x like %y {axes = array<i64: 2>} : tensor<3xf32> like tensor<3x5xf32>
  return
}

// -----

func.func @broadcast_like_C2_rank(%x: tensor<f32>, %y: tensor<3x5xf32>) {
  // expected-error @+1 {{expected an operand of shape (3,), got ()}}
  %0 = tenon.broadcast_like %x like %y {axes = array<i64: 1>} : tensor<f32> like tensor<3x5xf32>
  return
}

// -----

func.func @broadcast_like_C2_size(%x: tensor<3x5xf32>, %y: tensor<3x5xf32>) {
  // expected-error @+1 {{expected an operand of shape (3, 1), got 5 and 1}}
  %0 = tenon.broadcast_like %x like %y {axes = array<i64: 1>} : tensor<3x5xf32> like tensor<3x5xf32>
  return
}

// -----

func.func @transpose_C1(%x: tensor<3x5xf32>) {
  // expected-error @+1 {{expected a permutation of the 2 axes of (3, 5)}}
  %0 = tenon.transpose %x {permutation = array<i64: 0, 0>} : tensor<3x5xf32>
  return
}

// -----

func.func @concat_C1() {
  // expected-error @+2 {{expected at least one operand}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = "tenon.concat"() {axis = 0 : i64} : () -> tensor<1xf32>
  return
}

// -----

func.func @concat_C2(%x: tensor<3x5xf32>, %y: tensor<3xf32>) {
  // expected-error @+1 {{expected operands of one rank and element type, got shapes (3, 5) and (3,)}}
  %0 = tenon.concat %x, %y {axis = 1 : i64} : tensor<3x5xf32>, tensor<3xf32>
  return
}

// -----

func.func @concat_C3(%x: tensor<3x5xf32>, %y: tensor<4x5xf32>) {
  // expected-error @+1 {{dimensions other than axis 1 must be equal, got 4 and 3}}
  %0 = tenon.concat %x, %y {axis = 1 : i64} : tensor<3x5xf32>, tensor<4x5xf32>
  return
}

// -----

func.func @concat_axis(%x: tensor<3x5xf32>) {
  // expected-error @+1 {{expected an axis of operands of rank 2, got 2}}
  %0 = tenon.concat %x {axis = 2 : i64} : tensor<3x5xf32>
  return
}

// -----

func.func @slice_C1(%x: tensor<3x5xf32>) {
  // expected-error @+1 {{a slice that needs 6 elements does not fit axis 1 of (3, 5)}}
  %0 = tenon.slice %x {axis = 1 : i64, start = 2 : i64, size = 4 : i64} : tensor<3x5xf32>
  return
}

// -----

func.func @slice_axis(%x: tensor<3x5xf32>) {
  // expected-error @+1 {{expected an axis of an operand of rank 2, got 5}}
  %0 = tenon.slice %x {axis = 5 : i64, start = 2 : i64, size = 4 : i64} : tensor<3x5xf32>
  return
}

// -----

func.func @slice_C1_rest(%x: tensor<3x5xf32>) {
  // expected-error @+1 {{a slice that needs 6 elements does not fit axis 1 of (3, 5)}}
  %0 = tenon.slice %x {axis = 1 : i64, start = 2 : i64, size = -4 : i64} : tensor<3x5xf32>
  return
}

// -----

func.func @slice_start(%x: tensor<3x5xf32>) {
  // expected-error @+1 {{expected a start of 0 or more, got -1}}
  %0 = tenon.slice %x {axis = 1 : i64, start = -1 : i64, size = 2 : i64} : tensor<3x5xf32>
  return
}

// -----

func.func @pad_C1_count(%x: tensor<3x5xf32>) {
  // expected-error @+1 {{expected one low and one high entry per axis of (3, 5)}}
  %0 = tenon.pad %x {low = array<i64: 1>, high = array<i64: 1, 0>, value = 0.0 : f64} : tensor<3x5xf32>
  return
}

// -----

func.func @pad_C1_sign(%x: tensor<3x5xf32>) {
  // expected-error @+1 {{expected padding of 0 or more, got -1, 0}}
  %0 = tenon.pad %x {low = array<i64: 0, -1>, high = array<i64: 1, 0>, value = 0.0 : f64} : tensor<3x5xf32>
  return
}

// -----

func.func @one_hot_C1(%x: tensor<3xi32>) {
  // expected-error @+1 {{expected a positive number of classes, got 0}}
  %0 = tenon.one_hot %x {classes = 0 : i64} : tensor<3xi32>
  return
}

// -----

func.func @gather_conv_C1(%x: tensor<?x3xi32>, %t: tensor<9x4xf32>) {
  // expected-error @+1 {{expected a table (rows, window, filters) of static shape, got shape (9, 4)}}
  %0 = tenon.gather_conv %t at %x {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : tensor<9x4xf32>, tensor<?x3xi32>
  return
}

// -----

func.func @gather_conv_C2(%x: tensor<?xi32>, %t: tensor<9x2x4xf32>) {
  // expected-error @+1 {{expected indices (batch, time), got shape (?,)}}
  %0 = tenon.gather_conv %t at %x {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : tensor<9x2x4xf32>, tensor<?xi32>
  return
}

// -----

func.func @gather_conv_C3(%x: tensor<?x3xi32>, %t: tensor<9x4x4xf32>) {
  // expected-error @+1 {{the output size would be zero or negative: a window of 4 does not fit into an input of size 3 (padding included), got -1}}
  %0 = tenon.gather_conv %t at %x {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : tensor<9x4x4xf32>, tensor<?x3xi32>
  return
}

// -----

func.func @sum_windows_C1(%g: tensor<2x3x4xf32>, %offsets: tensor<8xi32>, %order: tensor<6xi32>, %x: tensor<2x3xi32>) {
  // expected-error @+1 {{expected a positive window, got 0}}
  %0 = tenon.sum_windows %g by %offsets, %order like %x {window = 0 : i64, strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : tensor<2x3x4xf32>, tensor<8xi32>, tensor<6xi32> like tensor<2x3xi32>
  return
}

// -----

func.func @sum_windows_C2(%g: tensor<2x3x4xf32>, %offsets: tensor<8xi32>, %order: tensor<6xi32>, %x: tensor<2x3xi32>) {
  // expected-error @+1 {{the operand must have the shape (2, 2, 4) of the windows, got 3 and 2}}
  %0 = tenon.sum_windows %g by %offsets, %order like %x {window = 2 : i64, strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : tensor<2x3x4xf32>, tensor<8xi32>, tensor<6xi32> like tensor<2x3xi32>
  return
}

// -----

func.func @sum_windows_C2_order(%g: tensor<2x2x4xf32>, %offsets: tensor<8xi32>, %order: tensor<5xi32>, %x: tensor<2x3xi32>) {
  // expected-error @+1 {{expected a position for each index, got 6 and 5}}
  %0 = tenon.sum_windows %g by %offsets, %order like %x {window = 2 : i64, strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : tensor<2x2x4xf32>, tensor<8xi32>, tensor<5xi32> like tensor<2x3xi32>
  return
}

// -----

func.func @dropout_C1(%x: tensor<3xf32>, %seed: tensor<i64>) {
  // expected-error @+1 {{expected a rate of 0 or more and less than 1, got 1.000000}}
  %0 = tenon.dropout %x, %seed, %seed {rate = 1.0 : f64, site = 0 : i64} : tensor<3xf32>, tensor<i64>, tensor<i64>
  return
}

// -----

func.func @pack_C1(%x: tensor<3xf32>) {
  // expected-error @+1 {{expected an operand of rank 2 or more, got shape (3,)}}
  %0 = tenon.pack %x as <panel = 8, backward = false> : tensor<3xf32>
  return
}

// -----

// variable C1
// expected-error @+1 {{expected a static type, got 'tensor<?xf32>'}}
tenon.variable @x : tensor<?xf32> "weight"

// -----

// variable C2
// expected-error @+1 {{expected kind weight, statistic, slot, metric, hyper or derived, got "constant"}}
tenon.variable @x : tensor<3xf32> "constant"

// -----

// variable C3
// expected-error @+1 {{expected an initial value of type 'tensor<3xf32>', got 'tensor<2xf32>'}}
tenon.variable @x : tensor<3xf32> "weight" = dense<0.0> : tensor<2xf32>

// -----

func.func @read_C1() {
  // expected-error @+1 {{unknown variable @x}}
  %0 = tenon.read @x : tensor<3xf32>
  return
}

// -----

tenon.variable @x : tensor<3xf32> "weight"
func.func @read_C2() {
  // expected-error @+1 {{expected the type of variable @x, 'tensor<3xf32>', got 'tensor<4xf32>'}}
  %0 = tenon.read @x : tensor<4xf32>
  return
}

// -----

func.func @assign_C1(%v: tensor<3xf32>) {
  // expected-error @+1 {{unknown variable @assign_C1}}
  tenon.assign @assign_C1, %v : tensor<3xf32>
  return
}

// -----

tenon.variable @x : tensor<3xf32> "weight"
func.func @assign_C2(%v: tensor<4xf32>) {
  // expected-error @+1 {{expected the type of variable @x, 'tensor<3xf32>', got 'tensor<4xf32>'}}
  tenon.assign @x, %v : tensor<4xf32>
  return
}

// -----

tenon.variable @x : tensor<3xf32> "weight"
func.func @assign_C3(%v: tensor<3xf32>) {
  tenon.assign @x, %v : tensor<3xf32>
  // expected-error @+1 {{second assign of variable @x in one function}}
  tenon.assign @x, %v : tensor<3xf32>
  return
}

// -----

func.func @kernel_C1(%x: tensor<3xf32>) {
  // expected-error @+1 {{expected block arguments of the operands' types}}
  %0 = tenon.kernel "k"(%x) : (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%in: tensor<4xf32>):
    %1 = tenon.relu %in : tensor<4xf32>
    tenon.yield %1 : tensor<4xf32>
  }
  return
}

// -----

func.func @kernel_C2(%x: tensor<3xf32>) {
  // expected-error @+1 {{expected results of the yielded types}}
  %0 = tenon.kernel "k"(%x) : (tensor<3xf32>) -> tensor<4xf32> {
  ^bb0(%in: tensor<3xf32>):
    tenon.yield %in : tensor<3xf32>
  }
  return
}

// -----

func.func @kernel_C3_roots(%x: tensor<3x4xf32>) {
  // expected-error @+1 {{expected one root, reductions of one iteration space or contractions that are summed, got tenon.softmax and tenon.argmax}}
  %0 = tenon.kernel "k"(%x) : (tensor<3x4xf32>) -> tensor<3xi32> {
  ^bb0(%in: tensor<3x4xf32>):
    %1 = tenon.softmax %in : tensor<3x4xf32>
    %2 = tenon.argmax %1 : tensor<3x4xf32>
    tenon.yield %2 : tensor<3xi32>
  }
  return
}

// -----

func.func @kernel_C3_axes(%x: tensor<3x4xf32>) {
  // expected-error @+1 {{expected one root, reductions of one iteration space or contractions that are summed, got tenon.reduce_sum and tenon.reduce_max}}
  %0:2 = tenon.kernel "k"(%x) : (tensor<3x4xf32>) -> (tensor<4xf32>, tensor<3xf32>) {
  ^bb0(%in: tensor<3x4xf32>):
    %1 = tenon.reduce_sum %in {axes = array<i64: 0>, keepdims = false} : tensor<3x4xf32>
    %2 = tenon.reduce_max %in {axes = array<i64: 1>, keepdims = false} : tensor<3x4xf32>
    tenon.yield %1, %2 : tensor<4xf32>, tensor<3xf32>
  }
  return
}

// -----

tenon.variable @w : tensor<3xf32> "weight"
func.func @kernel_C3_read() {
  // expected-error @+1 {{expected only ops that compute in the body, got tenon.read}}
  %0 = tenon.kernel "k"() : () -> tensor<3xf32> {
    %1 = tenon.read @w : tensor<3xf32>
    tenon.yield %1 : tensor<3xf32>
  }
  return
}
