// RUN: tenon-opt %s --pass-pipeline='builtin.module(func.func(split-groups))' --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @two_groups
func.func @two_groups(%x: tensor<?x4x4x4xf32>, %k: tensor<3x3x2x6xf32>) -> tensor<?x4x4x6xf32> {
  // CHECK-DAG: %[[X0:.+]] = tenon.slice %arg0 {axis = 3 : i64, size = 2 : i64, start = 0 : i64}
  // CHECK-DAG: %[[K0:.+]] = tenon.slice %arg1 {axis = 3 : i64, size = 3 : i64, start = 0 : i64}
  // CHECK: %[[Y0:.+]] = tenon.conv %[[X0]], %[[K0]] {{.*}}groups = 1 : i64
  // CHECK-DAG: %[[X1:.+]] = tenon.slice %arg0 {axis = 3 : i64, size = 2 : i64, start = 2 : i64}
  // CHECK-DAG: %[[K1:.+]] = tenon.slice %arg1 {axis = 3 : i64, size = 3 : i64, start = 3 : i64}
  // CHECK: %[[Y1:.+]] = tenon.conv %[[X1]], %[[K1]] {{.*}}groups = 1 : i64
  // CHECK: tenon.concat %[[Y0]], %[[Y1]] {axis = 3 : i64}
  %y = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64} : tensor<?x4x4x4xf32>, tensor<3x3x2x6xf32>
  return %y : tensor<?x4x4x6xf32>
}

// -----

// CHECK-LABEL: func.func @gradients
func.func @gradients(%x: tensor<?x4x4x4xf32>, %k: tensor<3x3x2x6xf32>, %g: tensor<?x4x4x6xf32>) -> (tensor<?x4x4x4xf32>, tensor<3x3x2x6xf32>) {
  // CHECK-COUNT-2: tenon.conv_input_grad {{.*}}groups = 1 : i64{{.*}}tensor<?x4x4x3xf32>, tensor<3x3x2x3xf32> like tensor<?x4x4x2xf32>
  // CHECK: tenon.concat
  // CHECK-COUNT-2: tenon.conv_filter_grad {{.*}}groups = 1 : i64{{.*}}tensor<?x4x4x2xf32>, tensor<?x4x4x3xf32> like tensor<3x3x2x3xf32>
  // CHECK: tenon.concat
  %dx = tenon.conv_input_grad %g, %k like %x {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64} : tensor<?x4x4x6xf32>, tensor<3x3x2x6xf32> like tensor<?x4x4x4xf32>
  %dk = tenon.conv_filter_grad %x, %g like %k {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64} : tensor<?x4x4x4xf32>, tensor<?x4x4x6xf32> like tensor<3x3x2x6xf32>
  return %dx, %dk : tensor<?x4x4x4xf32>, tensor<3x3x2x6xf32>
}

// -----

// CHECK-LABEL: func.func @one_group
func.func @one_group(%x: tensor<?x4x4x4xf32>, %k: tensor<3x3x4x6xf32>) -> tensor<?x4x4x6xf32> {
  // CHECK-NEXT: tenon.conv
  // CHECK-NEXT: return
  %y = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x4x4x4xf32>, tensor<3x3x4x6xf32>
  return %y : tensor<?x4x4x6xf32>
}

// -----

// CHECK-LABEL: func.func @depthwise
func.func @depthwise(%x: tensor<?x4x4x4xf32>, %k: tensor<3x3x1x8xf32>) -> tensor<?x4x4x8xf32> {
  // CHECK-NEXT: tenon.conv {{.*}}groups = 4 : i64
  // CHECK-NEXT: return
  %y = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 4 : i64} : tensor<?x4x4x4xf32>, tensor<3x3x1x8xf32>
  return %y : tensor<?x4x4x8xf32>
}
