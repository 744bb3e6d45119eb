// RUN: tenon-opt %s --pass-pipeline='builtin.module(build-train-step)' | FileCheck %s
// An update that takes a second argument gets the squared norm of all gradients, and comes after the last of them.

tenon.variable @a : tensor<2xf32> "weight" trainable
tenon.variable @b : tensor<f32> "weight" trainable
// CHECK: func.func @train_step(%[[X:.+]]: tensor<2xf32>) {
// CHECK-DAG: %[[A:.+]] = tenon.read @a
// CHECK-DAG: %[[B:.+]] = tenon.read @b
// CHECK: %[[FIRST:.+]] = tenon.multiply %[[X]], %[[X]] : tensor<2xf32>, tensor<2xf32>
// CHECK: %[[SECOND:.+]] = tenon.reduce_sum %[[FIRST]]
// CHECK: %[[SQUARES:.+]] = tenon.multiply %[[FIRST]], %[[FIRST]]
// CHECK-NEXT: %[[SUM:.+]] = tenon.reduce_sum %[[SQUARES]] {axes = array<i64: 0>
// CHECK-NEXT: %[[SQUARE:.+]] = tenon.multiply %[[SECOND]], %[[SECOND]]
// CHECK-NEXT: %[[SAME:.+]] = tenon.reduce_sum %[[SQUARE]] {axes = array<i64>
// CHECK-NEXT: %[[ALL:.+]] = tenon.add %[[SUM]], %[[SAME]]
// CHECK-NEXT: %[[NEWA:.+]] = tenon.subtract %[[A]], %[[ALL]]
// CHECK-NEXT: %[[NEWB:.+]] = tenon.subtract %[[B]], %[[ALL]]
// CHECK-NEXT: tenon.assign @a, %[[NEWA]]
// CHECK-NEXT: tenon.assign @b, %[[NEWB]]
func.func @loss(%x: tensor<2xf32>) -> (tensor<f32>, tensor<2xf32> {tenon.gradient = "a"}, tensor<f32> {tenon.gradient = "b"}) {
  %first = tenon.multiply %x, %x : tensor<2xf32>, tensor<2xf32>
  %second = tenon.reduce_sum %first {axes = array<i64: 0>, keepdims = false} : tensor<2xf32>
  return %second, %first, %second : tensor<f32>, tensor<2xf32>, tensor<f32>
}
func.func private @"update/a"(%gradient: tensor<2xf32>, %squared: tensor<f32>) {
  %a = tenon.read @a : tensor<2xf32>
  %0 = tenon.subtract %a, %squared : tensor<2xf32>, tensor<f32>
  tenon.assign @a, %0 : tensor<2xf32>
  return
}
func.func private @"update/b"(%gradient: tensor<f32>, %squared: tensor<f32>) {
  %b = tenon.read @b : tensor<f32>
  %0 = tenon.subtract %b, %squared : tensor<f32>, tensor<f32>
  tenon.assign @b, %0 : tensor<f32>
  return
}
