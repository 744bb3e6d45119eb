// RUN: tenon-opt %s --pass-pipeline='builtin.module(func.func(sink-into-scan{target=x86-64-v3}))' --split-input-file | FileCheck %s

tenon.variable @w : tensor<3x4xf32> "weight"
tenon.variable @u : tensor<4x4xf32> "weight"
tenon.variable @b : tensor<4xf32> "weight"
// CHECK-LABEL: func.func @loss
func.func @loss(%x: tensor<5x?x3xf32>, %h: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK-DAG: %[[W:.+]] = tenon.read @w
  // CHECK-DAG: %[[U:.+]] = tenon.read @u
  // CHECK-DAG: %[[B:.+]] = tenon.read @b
  // CHECK-NOT: tenon.matmul
  // CHECK: tenon.scan over(%arg0) carry(%arg1) with(%[[U]], %[[W]], %[[B]])
  // CHECK: ^bb0(%[[X:.+]]: tensor<?x3xf32>, %[[H:.+]]: tensor<?x4xf32>, %[[V:.+]]: tensor<4x4xf32>, %[[K:.+]]: tensor<3x4xf32>, %[[C:.+]]: tensor<4xf32>):
  // CHECK: %[[R:.+]] = tenon.matmul %[[H]], %[[V]]
  // CHECK: %[[I:.+]] = tenon.matmul %[[X]], %[[K]]
  // CHECK: %[[S:.+]] = tenon.add %[[R]], %[[I]]
  // CHECK: %[[Z:.+]] = tenon.add %[[S]], %[[C]]
  // CHECK: tenon.tanh %[[Z]]
  %w = tenon.read @w : tensor<3x4xf32>
  %u = tenon.read @u : tensor<4x4xf32>
  %b = tenon.read @b : tensor<4xf32>
  %0 = tenon.matmul %x, %w {transpose_lhs = false, transpose_rhs = false} : tensor<5x?x3xf32>, tensor<3x4xf32>
  %1 = tenon.add %0, %b : tensor<5x?x4xf32>, tensor<4xf32>
  %2 = tenon.scan over(%1) carry(%h) with(%u) : (tensor<5x?x4xf32>, tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32> {
  ^bb0(%g: tensor<?x4xf32>, %c: tensor<?x4xf32>, %v: tensor<4x4xf32>):
    %3 = tenon.matmul %c, %v {transpose_lhs = false, transpose_rhs = false} : tensor<?x4xf32>, tensor<4x4xf32>
    %4 = tenon.add %3, %g : tensor<?x4xf32>, tensor<?x4xf32>
    %5 = tenon.tanh %4 : tensor<?x4xf32>
    tenon.yield %5 : tensor<?x4xf32>
  }
  return %2 : tensor<?x4xf32>
}

// -----

tenon.variable @w : tensor<3x4xf32> "weight"
tenon.variable @u : tensor<4x4xf32> "weight"
// A prediction keeps one product over all steps.
// CHECK-LABEL: func.func @predict
func.func @predict(%x: tensor<5x?x3xf32>, %h: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: %[[ALL:.+]] = tenon.matmul %arg0
  // CHECK: tenon.scan over(%[[ALL]])
  %w = tenon.read @w : tensor<3x4xf32>
  %u = tenon.read @u : tensor<4x4xf32>
  %0 = tenon.matmul %x, %w {transpose_lhs = false, transpose_rhs = false} : tensor<5x?x3xf32>, tensor<3x4xf32>
  %2 = tenon.scan over(%0) carry(%h) with(%u) : (tensor<5x?x4xf32>, tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32> {
  ^bb0(%g: tensor<?x4xf32>, %c: tensor<?x4xf32>, %v: tensor<4x4xf32>):
    %3 = tenon.matmul %c, %v {transpose_lhs = false, transpose_rhs = false} : tensor<?x4xf32>, tensor<4x4xf32>
    %4 = tenon.add %3, %g : tensor<?x4xf32>, tensor<?x4xf32>
    tenon.yield %4 : tensor<?x4xf32>
  }
  return %2 : tensor<?x4xf32>
}

// -----

tenon.variable @w : tensor<512x1024xf32> "weight"
tenon.variable @u : tensor<1024x1024xf32> "weight"
// Weights larger than half of L2 would be read from memory every step.
// CHECK-LABEL: func.func @loss
func.func @loss(%x: tensor<5x?x512xf32>, %h: tensor<?x1024xf32>) -> tensor<?x1024xf32> {
  // CHECK: %[[ALL:.+]] = tenon.matmul %arg0
  // CHECK: tenon.scan over(%[[ALL]])
  %w = tenon.read @w : tensor<512x1024xf32>
  %u = tenon.read @u : tensor<1024x1024xf32>
  %0 = tenon.matmul %x, %w {transpose_lhs = false, transpose_rhs = false} : tensor<5x?x512xf32>, tensor<512x1024xf32>
  %2 = tenon.scan over(%0) carry(%h) with(%u) : (tensor<5x?x1024xf32>, tensor<?x1024xf32>, tensor<1024x1024xf32>) -> tensor<?x1024xf32> {
  ^bb0(%g: tensor<?x1024xf32>, %c: tensor<?x1024xf32>, %v: tensor<1024x1024xf32>):
    %3 = tenon.matmul %c, %v {transpose_lhs = false, transpose_rhs = false} : tensor<?x1024xf32>, tensor<1024x1024xf32>
    %4 = tenon.add %3, %g : tensor<?x1024xf32>, tensor<?x1024xf32>
    tenon.yield %4 : tensor<?x1024xf32>
  }
  return %2 : tensor<?x1024xf32>
}
