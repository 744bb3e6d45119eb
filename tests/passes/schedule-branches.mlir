// RUN: tenon-opt %s --pass-pipeline='builtin.module(func.func(schedule-branches{target=x86-64-v3}))' --split-input-file | FileCheck %s

// Long kernels fill the cores by themselves: branch by branch.
// CHECK-LABEL: func.func @predict
// CHECK-SAME: 5 kernels in 3 levels run one after another, branch by branch: {{[0-9.]+}} us shared, {{[0-9.]+}} us apart
func.func @predict(%x: tensor<?x10000000xf32>) -> tensor<?x10000000xf32> {
  // CHECK: %[[A1:.+]] = tenon.kernel "a1"(%arg0) {tenon.own_stage}
  // CHECK: %[[A2:.+]] = tenon.kernel "a2"(%[[A1]]) {tenon.own_stage}
  // CHECK: %[[B1:.+]] = tenon.kernel "b1"(%arg0) {tenon.own_stage}
  // CHECK: %[[B2:.+]] = tenon.kernel "b2"(%[[B1]]) {tenon.own_stage}
  // CHECK: tenon.kernel "join"(%[[A2]], %[[B2]])
  %0 = tenon.kernel "a1"(%x) : (tensor<?x10000000xf32>) -> tensor<?x10000000xf32> {
  ^bb0(%a: tensor<?x10000000xf32>):
    %5 = tenon.exp %a : tensor<?x10000000xf32>
    tenon.yield %5 : tensor<?x10000000xf32>
  }
  %1 = tenon.kernel "b1"(%x) : (tensor<?x10000000xf32>) -> tensor<?x10000000xf32> {
  ^bb0(%a: tensor<?x10000000xf32>):
    %5 = tenon.tanh %a : tensor<?x10000000xf32>
    tenon.yield %5 : tensor<?x10000000xf32>
  }
  %2 = tenon.kernel "a2"(%0) : (tensor<?x10000000xf32>) -> tensor<?x10000000xf32> {
  ^bb0(%a: tensor<?x10000000xf32>):
    %5 = tenon.relu %a : tensor<?x10000000xf32>
    tenon.yield %5 : tensor<?x10000000xf32>
  }
  %3 = tenon.kernel "b2"(%1) : (tensor<?x10000000xf32>) -> tensor<?x10000000xf32> {
  ^bb0(%a: tensor<?x10000000xf32>):
    %5 = tenon.sigmoid %a : tensor<?x10000000xf32>
    tenon.yield %5 : tensor<?x10000000xf32>
  }
  %4 = tenon.kernel "join"(%2, %3) : (tensor<?x10000000xf32>, tensor<?x10000000xf32>) -> tensor<?x10000000xf32> {
  ^bb0(%a: tensor<?x10000000xf32>, %b: tensor<?x10000000xf32>):
    %5 = tenon.add %a, %b : tensor<?x10000000xf32>, tensor<?x10000000xf32>
    tenon.yield %5 : tensor<?x10000000xf32>
  }
  return %4 : tensor<?x10000000xf32>
}

// -----

// Short kernels share a fork-join per level.
// CHECK-LABEL: func.func @short
// CHECK-SAME: 5 kernels in 3 levels share a fork-join per level: {{[0-9.]+}} us shared, {{[0-9.]+}} us apart
func.func @short(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK-NOT: tenon.own_stage
  // CHECK: tenon.kernel "a1"
  // CHECK: tenon.kernel "b1"
  // CHECK: tenon.kernel "a2"
  // CHECK: tenon.kernel "b2"
  // CHECK: tenon.kernel "join"
  %0 = tenon.kernel "a1"(%x) : (tensor<?x8xf32>) -> tensor<?x8xf32> {
  ^bb0(%a: tensor<?x8xf32>):
    %5 = tenon.exp %a : tensor<?x8xf32>
    tenon.yield %5 : tensor<?x8xf32>
  }
  %2 = tenon.kernel "a2"(%0) : (tensor<?x8xf32>) -> tensor<?x8xf32> {
  ^bb0(%a: tensor<?x8xf32>):
    %5 = tenon.relu %a : tensor<?x8xf32>
    tenon.yield %5 : tensor<?x8xf32>
  }
  %1 = tenon.kernel "b1"(%x) : (tensor<?x8xf32>) -> tensor<?x8xf32> {
  ^bb0(%a: tensor<?x8xf32>):
    %5 = tenon.tanh %a : tensor<?x8xf32>
    tenon.yield %5 : tensor<?x8xf32>
  }
  %3 = tenon.kernel "b2"(%1) : (tensor<?x8xf32>) -> tensor<?x8xf32> {
  ^bb0(%a: tensor<?x8xf32>):
    %5 = tenon.sigmoid %a : tensor<?x8xf32>
    tenon.yield %5 : tensor<?x8xf32>
  }
  %4 = tenon.kernel "join"(%2, %3) : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32> {
  ^bb0(%a: tensor<?x8xf32>, %b: tensor<?x8xf32>):
    %5 = tenon.add %a, %b : tensor<?x8xf32>, tensor<?x8xf32>
    tenon.yield %5 : tensor<?x8xf32>
  }
  return %4 : tensor<?x8xf32>
}

// -----

tenon.variable @v : tensor<8xf32> "slot"
// One kernel after another, and functions that assign: nothing to decide.
// CHECK-LABEL: func.func @chain(
// CHECK-NOT: tenon.remarks
// CHECK-NOT: tenon.own_stage
func.func @chain(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = tenon.kernel "a"(%x) : (tensor<?x8xf32>) -> tensor<?x8xf32> {
  ^bb0(%a: tensor<?x8xf32>):
    %5 = tenon.exp %a : tensor<?x8xf32>
    tenon.yield %5 : tensor<?x8xf32>
  }
  %1 = tenon.kernel "b"(%0) : (tensor<?x8xf32>) -> tensor<?x8xf32> {
  ^bb0(%a: tensor<?x8xf32>):
    %5 = tenon.relu %a : tensor<?x8xf32>
    tenon.yield %5 : tensor<?x8xf32>
  }
  return %1 : tensor<?x8xf32>
}
// CHECK-LABEL: func.func @update(
// CHECK-NOT: tenon.own_stage
func.func @update(%x: tensor<8xf32>) {
  %0 = tenon.kernel "a"(%x) : (tensor<8xf32>) -> tensor<8xf32> {
  ^bb0(%a: tensor<8xf32>):
    %5 = tenon.exp %a : tensor<8xf32>
    tenon.yield %5 : tensor<8xf32>
  }
  tenon.assign @v, %0 : tensor<8xf32>
  return
}
