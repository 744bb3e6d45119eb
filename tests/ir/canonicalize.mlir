// RUN: tenon-opt %s --canonicalize --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @neutral_elements_go
// CHECK-SAME: (%[[X:.*]]: tensor<?x3xf32>)
// CHECK-NEXT: return %[[X]]
func.func @neutral_elements_go(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %ones = tenon.constant dense<1.0> : tensor<3xf32>
  %0 = tenon.add %x, %zero : tensor<?x3xf32>, tensor<f32>
  %1 = tenon.add %zero, %0 : tensor<f32>, tensor<?x3xf32>
  %2 = tenon.subtract %1, %zero : tensor<?x3xf32>, tensor<f32>
  %3 = tenon.multiply %2, %ones : tensor<?x3xf32>, tensor<3xf32>
  %4 = tenon.multiply %ones, %3 : tensor<3xf32>, tensor<?x3xf32>
  %5 = tenon.divide %4, %ones : tensor<?x3xf32>, tensor<3xf32>
  %6 = tenon.negate %5 : tensor<?x3xf32>
  %7 = tenon.negate %6 : tensor<?x3xf32>
  %8 = tenon.convert %7 to f32 : tensor<?x3xf32>
  return %8 : tensor<?x3xf32>
}

// -----

// A neutral element that broadcasts the other operand stays, and so do 0 - x and 1 / x.
// CHECK-LABEL: func.func @broadcasts_stay
// CHECK: tenon.add
// CHECK: tenon.subtract
// CHECK: tenon.divide
func.func @broadcasts_stay(%x: tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>) {
  %zeros = tenon.constant dense<0.0> : tensor<2x3xf32>
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %one = tenon.constant dense<1.0> : tensor<f32>
  %0 = tenon.add %x, %zeros : tensor<3xf32>, tensor<2x3xf32>
  %1 = tenon.subtract %zero, %x : tensor<f32>, tensor<3xf32>
  %2 = tenon.divide %one, %x : tensor<f32>, tensor<3xf32>
  return %0, %1, %2 : tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>
}

// -----

// CHECK-LABEL: func.func @constants_fold
// CHECK-NEXT: %[[C:.*]] = tenon.constant dense<[4.000000e+00, 9.000000e+00]> : tensor<2xf32>
// CHECK-NEXT: return %[[C]]
func.func @constants_fold() -> tensor<2xf32> {
  %a = tenon.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %b = tenon.constant dense<1.0> : tensor<f32>
  %0 = tenon.add %a, %b : tensor<2xf32>, tensor<f32>
  %1 = tenon.multiply %0, %0 : tensor<2xf32>, tensor<2xf32>
  return %1 : tensor<2xf32>
}

// -----

// More than 4,096 elements are work for @prepare.
// CHECK-LABEL: func.func @large_constants_stay
// CHECK: tenon.add
func.func @large_constants_stay() -> tensor<4097xf32> {
  %a = tenon.constant dense<1.0> : tensor<4097xf32>
  %0 = tenon.add %a, %a : tensor<4097xf32>, tensor<4097xf32>
  return %0 : tensor<4097xf32>
}

// -----

// An integer division by zero is left to who runs it.
// CHECK-LABEL: func.func @division_by_zero_stays
// CHECK: tenon.divide
func.func @division_by_zero_stays() -> tensor<i32> {
  %a = tenon.constant dense<1> : tensor<i32>
  %b = tenon.constant dense<0> : tensor<i32>
  %0 = tenon.divide %a, %b : tensor<i32>, tensor<i32>
  return %0 : tensor<i32>
}

// -----

// CHECK-LABEL: func.func @reshapes_join
// CHECK-SAME: (%[[X:.*]]: tensor<?x2x6xf32>)
// CHECK-NEXT: %[[R:.*]] = tenon.reshape %[[X]] {shape = array<i64: -1, 3, 4>} : tensor<?x2x6xf32>
// CHECK-NEXT: return %[[R]], %[[X]]
func.func @reshapes_join(%x: tensor<?x2x6xf32>) -> (tensor<?x3x4xf32>, tensor<?x2x6xf32>) {
  %0 = tenon.reshape %x {shape = array<i64: 0, -1>} : tensor<?x2x6xf32>
  %1 = tenon.reshape %0 {shape = array<i64: 0, 3, 4>} : tensor<?x12xf32>
  %2 = tenon.reshape_like %1 like %x : tensor<?x3x4xf32> like tensor<?x2x6xf32>
  return %1, %2 : tensor<?x3x4xf32>, tensor<?x2x6xf32>
}

// -----

// With two dynamic dimensions the sizes do not follow from the number of elements.
// CHECK-LABEL: func.func @dynamic_reshapes_stay
// CHECK: tenon.reshape_like
func.func @dynamic_reshapes_stay(%x: tensor<?x?xf32>, %y: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = tenon.reshape_like %x like %y : tensor<?x?xf32> like tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

// CHECK-LABEL: func.func @transposes_join
// CHECK-SAME: (%[[X:.*]]: tensor<2x3x4xf32>)
// CHECK-NEXT: %[[T:.*]] = tenon.transpose %[[X]] {permutation = array<i64: 2, 0, 1>} : tensor<2x3x4xf32>
// CHECK-NEXT: return %[[X]], %[[T]]
func.func @transposes_join(%x: tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<4x2x3xf32>) {
  %0 = tenon.transpose %x {permutation = array<i64: 1, 2, 0>} : tensor<2x3x4xf32>
  %1 = tenon.transpose %0 {permutation = array<i64: 2, 0, 1>} : tensor<3x4x2xf32>
  %2 = tenon.transpose %0 {permutation = array<i64: 1, 2, 0>} : tensor<3x4x2xf32>
  return %1, %2 : tensor<2x3x4xf32>, tensor<4x2x3xf32>
}

// -----

// Elementwise ops and joins between transposes that cancel move to the other side: edges of layers with channels first.
// CHECK-LABEL: func.func @transposes_cancel_through_elementwise_ops
// CHECK-SAME: (%[[X:.*]]: tensor<?x2x3x4xf32>, %[[Y:.*]]: tensor<?x2x3x4xf32>)
// CHECK-NEXT: %[[SIX:.*]] = tenon.constant dense<6.000000e+00>
// CHECK-NEXT: %[[R:.*]] = tenon.relu %[[X]] : tensor<?x2x3x4xf32>
// CHECK-NEXT: %[[M:.*]] = tenon.minimum %[[SIX]], %[[R]]
// CHECK-NEXT: %[[A:.*]] = tenon.add %[[M]], %[[Y]] : tensor<?x2x3x4xf32>, tensor<?x2x3x4xf32>
// CHECK-NEXT: %[[C:.*]] = tenon.concat %[[A]], %[[M]] {axis = 3 : i64}
// CHECK-NEXT: return %[[C]] : tensor<?x2x3x8xf32>
func.func @transposes_cancel_through_elementwise_ops(%x: tensor<?x2x3x4xf32>, %y: tensor<?x2x3x4xf32>) -> tensor<?x2x3x8xf32> {
  %six = tenon.constant dense<6.0> : tensor<f32>
  %0 = tenon.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : tensor<?x2x3x4xf32>
  %1 = tenon.transpose %y {permutation = array<i64: 0, 3, 1, 2>} : tensor<?x2x3x4xf32>
  %2 = tenon.relu %0 : tensor<?x4x2x3xf32>
  %3 = tenon.minimum %six, %2 : tensor<f32>, tensor<?x4x2x3xf32>
  %4 = tenon.add %3, %1 : tensor<?x4x2x3xf32>, tensor<?x4x2x3xf32>
  %5 = tenon.concat %4, %3 {axis = 1 : i64} : tensor<?x4x2x3xf32>, tensor<?x4x2x3xf32>
  %6 = tenon.transpose %5 {permutation = array<i64: 0, 2, 3, 1>} : tensor<?x8x2x3xf32>
  return %6 : tensor<?x2x3x8xf32>
}

// -----

// What is not transposed in front would have to be afterwards: it stays, and so does a vector along the old last axis.
// CHECK-LABEL: func.func @other_transposes_stay
// CHECK-COUNT-3: tenon.transpose
func.func @other_transposes_stay(%x: tensor<?x2x4xf32>, %y: tensor<?x4x2xf32>, %v: tensor<2xf32>) -> (tensor<?x2x4xf32>, tensor<?x2x4xf32>) {
  %0 = tenon.transpose %x {permutation = array<i64: 0, 2, 1>} : tensor<?x2x4xf32>
  %1 = tenon.add %0, %y : tensor<?x4x2xf32>, tensor<?x4x2xf32>
  %2 = tenon.transpose %1 {permutation = array<i64: 0, 2, 1>} : tensor<?x4x2xf32>
  %3 = tenon.add %0, %v : tensor<?x4x2xf32>, tensor<2xf32>
  %4 = tenon.transpose %3 {permutation = array<i64: 0, 2, 1>} : tensor<?x4x2xf32>
  return %2, %4 : tensor<?x2x4xf32>, tensor<?x2x4xf32>
}

// -----

// CHECK-LABEL: func.func @whole_parts_go
// CHECK-SAME: (%[[X:.*]]: tensor<?x3xf32>
// CHECK-NEXT: return %[[X]]
func.func @whole_parts_go(%x: tensor<?x3xf32>, %n: tensor<i64>) -> tensor<?x3xf32> {
  %0 = tenon.slice %x {axis = 1 : i64, start = 0 : i64, size = 3 : i64} : tensor<?x3xf32>
  %1 = tenon.pad %0 {low = array<i64: 0, 0>, high = array<i64: 0, 0>, value = 1.0 : f64} : tensor<?x3xf32>
  %2 = tenon.concat %1 {axis = 0 : i64} : tensor<?x3xf32>
  %3 = tenon.broadcast_like %2 like %x {axes = array<i64>} : tensor<?x3xf32> like tensor<?x3xf32>
  %4 = tenon.reduce_sum %3 {axes = array<i64>, keepdims = false} : tensor<?x3xf32>
  %5 = tenon.dropout %4, %n, %n {rate = 0.0 : f64, site = 0 : i64} : tensor<?x3xf32>, tensor<i64>, tensor<i64>
  %6 = tenon.reshape %5 {shape = array<i64: 0, 3>} : tensor<?x3xf32>
  return %6 : tensor<?x3xf32>
}

// -----

// CHECK-LABEL: func.func @static_counts_are_constants
// CHECK: tenon.constant dense<1.200000e+01> : tensor<f32>
// CHECK: tenon.count %{{.*}} {axes = array<i64: 0, 1>}
func.func @static_counts_are_constants(%x: tensor<?x3x4xf32>) -> (tensor<f32>, tensor<f32>) {
  %0 = tenon.count %x {axes = array<i64: 1, 2>} : tensor<?x3x4xf32>
  %1 = tenon.count %x {axes = array<i64: 0, 1>} : tensor<?x3x4xf32>
  return %0, %1 : tensor<f32>, tensor<f32>
}

// -----

// A read nobody uses goes, an assign stays.
// CHECK-LABEL: func.func @reads_are_pure
// CHECK-NEXT: %[[V:.*]] = tenon.read @x
// CHECK-NEXT: tenon.assign @x, %[[V]]
// CHECK-NEXT: return
tenon.variable @x : tensor<3xf32> "weight"
tenon.variable @y : tensor<3xf32> "weight"
func.func @reads_are_pure() {
  %0 = tenon.read @y : tensor<3xf32>
  %1 = tenon.read @x : tensor<3xf32>
  tenon.assign @x, %1 : tensor<3xf32>
  return
}

// -----

// The gradients of slices that cover a value.
// CHECK-LABEL: func.func @padded_parts_are_joined
// CHECK-SAME: (%[[A:.*]]: tensor<?x2xf32>, %[[B:.*]]: tensor<?x3xf32>, %[[C:.*]]: tensor<?x1xf32>)
// CHECK-NEXT: %[[J:.*]] = tenon.concat %[[A]], %[[B]], %[[C]] {axis = 1 : i64}
// CHECK-NEXT: return %[[J]]
func.func @padded_parts_are_joined(%a: tensor<?x2xf32>, %b: tensor<?x3xf32>, %c: tensor<?x1xf32>) -> tensor<?x6xf32> {
  %0 = tenon.pad %c {low = array<i64: 0, 5>, high = array<i64: 0, 0>, value = 0.0 : f64} : tensor<?x1xf32>
  %1 = tenon.pad %a {low = array<i64: 0, 0>, high = array<i64: 0, 4>, value = 0.0 : f64} : tensor<?x2xf32>
  %2 = tenon.pad %b {low = array<i64: 0, 2>, high = array<i64: 0, 1>, value = 0.0 : f64} : tensor<?x3xf32>
  %3 = tenon.add %0, %1 : tensor<?x6xf32>, tensor<?x6xf32>
  %4 = tenon.add %3, %2 : tensor<?x6xf32>, tensor<?x6xf32>
  return %4 : tensor<?x6xf32>
}

// -----

// CHECK-LABEL: func.func @overlapping_parts_are_added
func.func @overlapping_parts_are_added(%a: tensor<?x2xf32>, %b: tensor<?x3xf32>) -> tensor<?x4xf32> {
  // CHECK: tenon.add
  %0 = tenon.pad %a {low = array<i64: 0, 0>, high = array<i64: 0, 2>, value = 0.0 : f64} : tensor<?x2xf32>
  %1 = tenon.pad %b {low = array<i64: 0, 1>, high = array<i64: 0, 0>, value = 0.0 : f64} : tensor<?x3xf32>
  %2 = tenon.add %0, %1 : tensor<?x4xf32>, tensor<?x4xf32>
  return %2 : tensor<?x4xf32>
}
