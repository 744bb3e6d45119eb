// RUN: tenon-opt %s --pass-pipeline='builtin.module(func.func(merge-sibling-convolutions{target=x86-64-v4}))' --split-input-file | FileCheck %s

tenon.variable @a : tensor<1x1x3x4xf32> "weight"
tenon.variable @b : tensor<1x1x3x4xf32> "weight"
tenon.variable @c : tensor<3x3x4x2xf32> "weight"
tenon.variable @s : tensor<4xf32> "weight"
tenon.variable @t : tensor<4xf32> "weight"
// CHECK-LABEL: func.func @predict
func.func @predict(%x: tensor<?x8x8x3xf32>) -> (tensor<?x6x6x2xf32>, tensor<?x6x6x2xf32>) {
  // CHECK: %[[K:.+]] = tenon.concat {{.+}} {axis = 3 : i64} : tensor<1x1x3x4xf32>, tensor<1x1x3x4xf32>
  // CHECK: %[[Y:.+]] = tenon.conv %arg0, %[[K]]
  // CHECK: %[[V:.+]] = tenon.concat {{.+}} {axis = 0 : i64} : tensor<4xf32>, tensor<4xf32>
  // CHECK: %[[Z:.+]] = tenon.add %[[Y]], %[[V]]
  // CHECK: %[[R:.+]] = tenon.relu %[[Z]]
  // CHECK-DAG: %[[R0:.+]] = tenon.slice %[[R]] {axis = 3 : i64, size = 4 : i64, start = 0 : i64}
  // CHECK-DAG: %[[R1:.+]] = tenon.slice %[[R]] {axis = 3 : i64, size = 4 : i64, start = 4 : i64}
  // CHECK: tenon.conv %[[R0]]
  // CHECK: tenon.conv %[[R1]]
  %a = tenon.read @a : tensor<1x1x3x4xf32>
  %b = tenon.read @b : tensor<1x1x3x4xf32>
  %c = tenon.read @c : tensor<3x3x4x2xf32>
  %s = tenon.read @s : tensor<4xf32>
  %0 = tenon.conv %x, %a {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<1x1x3x4xf32>
  %1 = tenon.add %0, %s : tensor<?x8x8x4xf32>, tensor<4xf32>
  %2 = tenon.relu %1 : tensor<?x8x8x4xf32>
  %3 = tenon.conv %2, %c {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x4xf32>, tensor<3x3x4x2xf32>
  %t = tenon.read @t : tensor<4xf32>
  %4 = tenon.conv %x, %b {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<1x1x3x4xf32>
  %5 = tenon.add %4, %t : tensor<?x8x8x4xf32>, tensor<4xf32>
  %6 = tenon.relu %5 : tensor<?x8x8x4xf32>
  %7 = tenon.conv %6, %c {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x4xf32>, tensor<3x3x4x2xf32>
  return %3, %7 : tensor<?x6x6x2xf32>, tensor<?x6x6x2xf32>
}

// -----

tenon.variable @a : tensor<1x1x3x4xf32> "weight"
tenon.variable @b : tensor<1x1x3x4xf32> "weight"
tenon.variable @c : tensor<3x3x4x2xf32> "weight"
tenon.variable @w : tensor<1x1x256x64xf32> "weight"
tenon.variable @v : tensor<1x1x256x16xf32> "weight"
tenon.variable @u : tensor<1x1x64x2xf32> "weight"
tenon.variable @t : tensor<1x1x16x2xf32> "weight"
// Other strides, other ops behind, a result that is returned or concatenated: they stay.
// CHECK-LABEL: func.func @refuses
// CHECK-SAME: tenon.remarks = {{.*}}"missed", "op", "not merged with its siblings: what uses it needs it for itself"
func.func @refuses(%x: tensor<?x8x8x3xf32>) -> (tensor<?x6x6x2xf32>, tensor<?x6x6x2xf32>, tensor<?x4x4x4xf32>, tensor<?x8x8x8xf32>) {
  // CHECK-NOT: tenon.slice
  %a = tenon.read @a : tensor<1x1x3x4xf32>
  %b = tenon.read @b : tensor<1x1x3x4xf32>
  %c = tenon.read @c : tensor<3x3x4x2xf32>
  %0 = tenon.conv %x, %a {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<1x1x3x4xf32>
  %1 = tenon.relu %0 : tensor<?x8x8x4xf32>
  %2 = tenon.conv %1, %c {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x4xf32>, tensor<3x3x4x2xf32>
  %3 = tenon.conv %x, %b {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<1x1x3x4xf32>
  %4 = tenon.tanh %3 : tensor<?x8x8x4xf32>
  %5 = tenon.conv %4, %c {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x4xf32>, tensor<3x3x4x2xf32>
  %6 = tenon.conv %x, %a {strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<1x1x3x4xf32>
  %7 = tenon.conv %x, %a {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<1x1x3x4xf32>
  %8 = tenon.sigmoid %7 : tensor<?x8x8x4xf32>
  %9 = tenon.conv %x, %b {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x3xf32>, tensor<1x1x3x4xf32>
  %10 = tenon.sigmoid %9 : tensor<?x8x8x4xf32>
  %11 = tenon.concat %8, %10 {axis = 3 : i64} : tensor<?x8x8x4xf32>, tensor<?x8x8x4xf32>
  return %2, %5, %6, %11 : tensor<?x6x6x2xf32>, tensor<?x6x6x2xf32>, tensor<?x4x4x4xf32>, tensor<?x8x8x8xf32>
}

// Narrow beside wide: whether that pays is the cost model's affair, and both prices are said.
// CHECK-LABEL: func.func @priced
// CHECK-SAME: ["merge-sibling-convolutions", {{"applied", "wide", "merged|"missed", "wide", "not merged}} with narrow: {{[0-9.]+}} us together, {{[0-9.]+}} us apart
func.func @priced(%x: tensor<?x56x56x256xf32>) -> (tensor<?x56x56x2xf32>, tensor<?x56x56x2xf32>) {
  %w = tenon.read @w : tensor<1x1x256x64xf32>
  %v = tenon.read @v : tensor<1x1x256x16xf32>
  %u = tenon.read @u : tensor<1x1x64x2xf32>
  %t = tenon.read @t : tensor<1x1x16x2xf32>
  %0 = tenon.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x56x56x256xf32>, tensor<1x1x256x64xf32> loc("wide")
  %1 = tenon.conv %0, %u {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x56x56x64xf32>, tensor<1x1x64x2xf32>
  %2 = tenon.conv %x, %v {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x56x56x256xf32>, tensor<1x1x256x16xf32> loc("narrow")
  %3 = tenon.conv %2, %t {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x56x56x16xf32>, tensor<1x1x16x2xf32>
  return %1, %3 : tensor<?x56x56x2xf32>, tensor<?x56x56x2xf32>
}
