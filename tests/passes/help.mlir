// Every pass stands in --help with its before and after.
// RUN: tenon-opt --help | FileCheck %s
// CHECK: Tenon's pass driver
// CHECK: -build-train-step
// CHECK: Before:
// CHECK: After:
// CHECK: -fold-batch-norm
// CHECK: Before:
// CHECK: After:
// CHECK: -split-prepare
// CHECK: Before:
// CHECK: After:
