// RUN: tenon-opt %s --pass-pipeline='builtin.module(func.func(fold-residual-projection))' --split-input-file | FileCheck %s

tenon.variable @k : tensor<3x3x3x4xf32> "weight"
tenon.variable @p : tensor<1x1x3x4xf32> "weight"
// CHECK-LABEL: func.func @predict
func.func @predict(%x: tensor<?x8x8x3xf32>) -> tensor<?x8x8x4xf32> {
  // CHECK-DAG: %[[K:.+]] = tenon.read @k
  // CHECK-DAG: %[[P:.+]] = tenon.read @p
  // CHECK: %[[TAP:.+]] = tenon.pad %[[P]] {high = array<i64: 1, 1, 0, 0>, low = array<i64: 1, 1, 0, 0>
  // CHECK: %[[SUM:.+]] = tenon.add %[[K]], %[[TAP]]
  // CHECK: %[[Y:.+]] = tenon.conv %arg0, %[[SUM]]
  // CHECK-NEXT: return %[[Y]]
  %k = tenon.read @k : tensor<3x3x3x4xf32>
  %p = tenon.read @p : tensor<1x1x3x4xf32>
  %0 = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<3x3x3x4xf32>
  %1 = tenon.conv %x, %p {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<1x1x3x4xf32>
  %2 = tenon.add %0, %1 : tensor<?x8x8x4xf32>, tensor<?x8x8x4xf32>
  return %2 : tensor<?x8x8x4xf32>
}

// -----

tenon.variable @k : tensor<3x3x4x4xf32> "weight"
tenon.variable @b : tensor<4xf32> "weight"
// The identity is a unit matrix at the centre; the bias stays.
// CHECK-LABEL: func.func @identity
func.func @identity(%x: tensor<?x?x?x4xf32>) -> tensor<?x?x?x4xf32> {
  // CHECK: %[[UNIT:.+]] = tenon.one_hot
  // CHECK: %[[POINT:.+]] = tenon.reshape %[[UNIT]] {shape = array<i64: 1, 1, 4, 4>}
  // CHECK: tenon.pad %[[POINT]]
  // CHECK: %[[Y:.+]] = tenon.conv %arg0
  // CHECK-NEXT: %[[Z:.+]] = tenon.add %[[Y]], %{{.+}} : tensor<?x?x?x4xf32>, tensor<4xf32>
  // CHECK-NEXT: tenon.relu %[[Z]]
  %k = tenon.read @k : tensor<3x3x4x4xf32>
  %b = tenon.read @b : tensor<4xf32>
  %0 = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x?x4xf32>, tensor<3x3x4x4xf32>
  %1 = tenon.add %0, %b : tensor<?x?x?x4xf32>, tensor<4xf32>
  %2 = tenon.add %x, %1 : tensor<?x?x?x4xf32>, tensor<?x?x?x4xf32>
  %3 = tenon.relu %2 : tensor<?x?x?x4xf32>
  return %3 : tensor<?x?x?x4xf32>
}

// -----

tenon.variable @w : tensor<4x3xf32> "weight"
tenon.variable @v : tensor<4x3xf32> "weight"
tenon.variable @b : tensor<3xf32> "weight"
tenon.variable @c : tensor<3xf32> "weight"
// Dense layers: the weights' and the biases' sums.
// CHECK-LABEL: func.func @dense
func.func @dense(%x: tensor<?x4xf32>) -> tensor<?x3xf32> {
  // CHECK: %[[W:.+]] = tenon.add %{{.+}}, %{{.+}} : tensor<4x3xf32>, tensor<4x3xf32>
  // CHECK: %[[Y:.+]] = tenon.matmul %arg0, %[[W]]
  // CHECK: %[[B:.+]] = tenon.add %{{.+}}, %{{.+}} : tensor<3xf32>, tensor<3xf32>
  // CHECK: tenon.add %[[Y]], %[[B]]
  %w = tenon.read @w : tensor<4x3xf32>
  %v = tenon.read @v : tensor<4x3xf32>
  %b = tenon.read @b : tensor<3xf32>
  %c = tenon.read @c : tensor<3xf32>
  %0 = tenon.matmul %x, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x4xf32>, tensor<4x3xf32>
  %1 = tenon.add %0, %b : tensor<?x3xf32>, tensor<3xf32>
  %2 = tenon.matmul %x, %v {transpose_lhs = false, transpose_rhs = false} : tensor<?x4xf32>, tensor<4x3xf32>
  %3 = tenon.add %2, %c : tensor<?x3xf32>, tensor<3xf32>
  %4 = tenon.add %1, %3 : tensor<?x3xf32>, tensor<?x3xf32>
  return %4 : tensor<?x3xf32>
}

// -----

tenon.variable @k : tensor<3x3x4x4xf32> "weight"
tenon.variable @p : tensor<1x1x4x4xf32> "weight"
// An activation between, another input, another stride, a 'same' padding that depends on the size, a product that others
// use: nothing is folded.
// CHECK-LABEL: func.func @refuses
// CHECK-SAME: tenon.remarks = {{.*}}"missed", "op", "the shortcut is not folded: its input is another one; it is added in the epilogue"
// CHECK-COUNT-11: tenon.conv
// CHECK-NOT: tenon.pad
func.func @refuses(%x: tensor<?x?x?x4xf32>, %y: tensor<?x?x?x4xf32>) -> (tensor<?x?x?x4xf32>, tensor<?x?x?x4xf32>, tensor<?x?x?x4xf32>, tensor<?x?x?x4xf32>, tensor<?x?x?x4xf32>) {
  %k = tenon.read @k : tensor<3x3x4x4xf32>
  %p = tenon.read @p : tensor<1x1x4x4xf32>
  %0 = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x?x4xf32>, tensor<3x3x4x4xf32>
  %1 = tenon.relu %0 : tensor<?x?x?x4xf32>
  %2 = tenon.conv %x, %p {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x?x4xf32>, tensor<1x1x4x4xf32>
  %3 = tenon.add %1, %2 : tensor<?x?x?x4xf32>, tensor<?x?x?x4xf32>
  %4 = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x?x4xf32>, tensor<3x3x4x4xf32>
  %5 = tenon.conv %y, %p {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x?x4xf32>, tensor<1x1x4x4xf32>
  %6 = tenon.add %4, %5 : tensor<?x?x?x4xf32>, tensor<?x?x?x4xf32>
  %7 = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x?x4xf32>, tensor<3x3x4x4xf32>
  %8 = tenon.conv %x, %p {strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x?x4xf32>, tensor<1x1x4x4xf32>
  %9 = tenon.add %7, %8 : tensor<?x?x?x4xf32>, tensor<?x?x?x4xf32>
  %10 = tenon.conv %x, %k {strides = array<i64: 2, 2>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x?x4xf32>, tensor<3x3x4x4xf32>
  %11 = tenon.conv %x, %p {strides = array<i64: 2, 2>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x?x4xf32>, tensor<1x1x4x4xf32>
  %12 = tenon.add %10, %11 : tensor<?x?x?x4xf32>, tensor<?x?x?x4xf32>
  %13 = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x?x4xf32>, tensor<3x3x4x4xf32>
  %14 = tenon.conv %x, %p {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x?x4xf32>, tensor<1x1x4x4xf32>
  %15 = tenon.conv %14, %k {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x?x4xf32>, tensor<3x3x4x4xf32>
  %16 = tenon.add %13, %15 : tensor<?x?x?x4xf32>, tensor<?x?x?x4xf32>
  return %3, %6, %9, %12, %16 : tensor<?x?x?x4xf32>, tensor<?x?x?x4xf32>, tensor<?x?x?x4xf32>, tensor<?x?x?x4xf32>, tensor<?x?x?x4xf32>
}

// -----

tenon.variable @k : tensor<3x3x8x4xf32> "weight"
tenon.variable @p : tensor<1x1x3x4xf32> "weight"
tenon.variable @b : tensor<4xf32> "weight"
tenon.variable @c : tensor<4xf32> "weight"
// Another input: the biases move behind the sum, so that one kernel computes both products.
// CHECK-LABEL: func.func @another_input
// CHECK-SAME: goes on in its accumulators
func.func @another_input(%x: tensor<?x16x16x3xf32>, %y: tensor<?x8x8x8xf32>) -> tensor<?x8x8x4xf32> {
  // CHECK-DAG: %[[B:.+]] = tenon.read @b
  // CHECK-DAG: %[[C:.+]] = tenon.read @c
  // CHECK-DAG: %[[MAIN:.+]] = tenon.conv %arg1
  // CHECK-DAG: %[[SHORT:.+]] = tenon.conv %arg0
  // CHECK: %[[SUM:.+]] = tenon.add %[[MAIN]], %[[SHORT]] : tensor<?x8x8x4xf32>, tensor<?x8x8x4xf32>
  // CHECK: %[[BIAS:.+]] = tenon.add %[[B]], %[[C]] : tensor<4xf32>, tensor<4xf32>
  // CHECK: %[[Y:.+]] = tenon.add %[[SUM]], %[[BIAS]]
  // CHECK-NEXT: tenon.relu %[[Y]]
  %k = tenon.read @k : tensor<3x3x8x4xf32>
  %p = tenon.read @p : tensor<1x1x3x4xf32>
  %b = tenon.read @b : tensor<4xf32>
  %c = tenon.read @c : tensor<4xf32>
  %0 = tenon.conv %y, %k {strides = array<i64: 1, 1>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x8xf32>, tensor<3x3x8x4xf32>
  %1 = tenon.add %0, %b : tensor<?x8x8x4xf32>, tensor<4xf32>
  %2 = tenon.conv %x, %p {strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x16x16x3xf32>, tensor<1x1x3x4xf32>
  %3 = tenon.add %2, %c : tensor<?x8x8x4xf32>, tensor<4xf32>
  %4 = tenon.add %3, %1 : tensor<?x8x8x4xf32>, tensor<?x8x8x4xf32>
  %5 = tenon.relu %4 : tensor<?x8x8x4xf32>
  return %5 : tensor<?x8x8x4xf32>
}

// -----

tenon.variable @k : tensor<1x1x4x4xf32> "weight"
tenon.variable @p : tensor<1x1x4x4xf32> "weight"
// Two windows alike, as at the end of ResNet's blocks: the path that starts further down is the main one, and its layer is
// told what became of the other.
// CHECK-LABEL: func.func @alike
// CHECK-SAME: ["fold-residual-projection", "applied", "main", "the projection short goes on in its accumulators
func.func @alike(%x: tensor<?x8x8x4xf32>) -> tensor<?x8x8x4xf32> {
  %k = tenon.read @k : tensor<1x1x4x4xf32>
  %p = tenon.read @p : tensor<1x1x4x4xf32>
  %0 = tenon.relu %x : tensor<?x8x8x4xf32>
  %1 = tenon.conv %x, %p {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x4xf32>, tensor<1x1x4x4xf32> loc("short")
  %2 = tenon.conv %0, %k {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x4xf32>, tensor<1x1x4x4xf32> loc("main")
  %3 = tenon.add %1, %2 : tensor<?x8x8x4xf32>, tensor<?x8x8x4xf32>
  return %3 : tensor<?x8x8x4xf32>
}

// -----

tenon.variable @k : tensor<2x2x4x4xf32> "weight"
tenon.variable @p : tensor<1x1x4x4xf32> "weight"
// Sides that are equal for even sizes only: the sum stays, for its entry check refuses the others.
// CHECK-LABEL: func.func @sizes
// CHECK-SAME: goes on in its accumulators (the two sides are not equally large for every size of the input)
// CHECK-COUNT-2: tenon.conv
// CHECK-NOT: tenon.pad
func.func @sizes(%x: tensor<?x?x?x4xf32>) -> tensor<?x?x?x4xf32> {
  %k = tenon.read @k : tensor<2x2x4x4xf32>
  %p = tenon.read @p : tensor<1x1x4x4xf32>
  %0 = tenon.conv %x, %k {strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x?x4xf32>, tensor<2x2x4x4xf32>
  %1 = tenon.conv %x, %p {strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x?x?x4xf32>, tensor<1x1x4x4xf32>
  %2 = tenon.add %0, %1 : tensor<?x?x?x4xf32>, tensor<?x?x?x4xf32>
  return %2 : tensor<?x?x?x4xf32>
}
