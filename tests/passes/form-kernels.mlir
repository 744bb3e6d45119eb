// RUN: tenon-opt %s --pass-pipeline='builtin.module(func.func(form-kernels{target=x86-64-v3}))' --split-input-file | FileCheck %s
// RUN: tenon-opt %s --pass-pipeline='builtin.module(func.func(form-kernels{target=x86-64-v4}))' --split-input-file | FileCheck %s --check-prefix=ANY
// RUN: tenon-opt %s --pass-pipeline='builtin.module(func.func(form-kernels{target=x86-64-v4 batch=32}))' --split-input-file | FileCheck %s --check-prefix=BATCH

// CHECK-LABEL: func.func @dense
// Registers hold 14 rows of two vectors, which 32 rows would fill three times with 10 to spare.
// ANY: tenon.kernel "dense"({{.*}}) schedule <"gemm", tile = 14 by 32>
// BATCH: tenon.kernel "dense"({{.*}}) schedule <"gemm", tile = 8 by 32>
func.func @dense(%image: tensor<?x64xf32>, %kernel: tensor<64x32xf32>, %bias: tensor<32xf32>) -> tensor<?x32xf32> {
  // CHECK: %[[PACKED:.+]] = tenon.kernel "dense"(%{{.+}}) : (tensor<64x32xf32>) -> tensor<64x32xf32, #tenon.packed<panel = [[PANEL:[0-9]+]], backward = false>> {
  // CHECK: tenon.pack
  // CHECK: tenon.kernel "dense"(%{{.+}}, %[[PACKED]], %{{.+}}) schedule <"gemm", tile = {{[0-9]+}} by [[PANEL]]>
  // CHECK: %[[M:.+]] = tenon.matmul
  // CHECK: %[[A:.+]] = tenon.add %[[M]], %{{.+}} : tensor<?x32xf32>, tensor<32xf32>
  // CHECK: %[[R:.+]] = tenon.relu %[[A]]
  // CHECK: tenon.yield %[[R]] : tensor<?x32xf32>
  // CHECK-NOT: tenon.relu
  // CHECK: return
  %0 = tenon.matmul %image, %kernel {transpose_lhs = false, transpose_rhs = false} : tensor<?x64xf32>, tensor<64x32xf32> loc("dense")
  %1 = tenon.add %0, %bias : tensor<?x32xf32>, tensor<32xf32> loc("bias")
  %2 = tenon.relu %1 : tensor<?x32xf32> loc("relu")
  return %2 : tensor<?x32xf32>
}

// -----

// Both sides of the residual sum are one kernel, named and scheduled after the longer reduction; shared weights are packed
// once.
// CHECK-LABEL: func.func @residual
func.func @residual(%x: tensor<?x8x8x16xf32>, %k: tensor<3x3x16x16xf32>, %p: tensor<1x1x16x16xf32>) -> tensor<?x8x8x16xf32> {
  // CHECK: tenon.pack %
  // CHECK: %[[A:.+]] = tenon.kernel "a"({{.+}}) schedule <"direct",
  // CHECK: tenon.pack %
  // CHECK-NOT: tenon.pack %
  // CHECK: tenon.kernel "b"(%[[A]], {{.*}}) schedule <"direct",
  // CHECK: tenon.conv {{.*}}3x3x16x16
  // CHECK-NEXT: tenon.conv {{.*}}1x1x16x16
  // CHECK-NEXT: tenon.add
  // CHECK-NEXT: tenon.relu
  // CHECK-NEXT: tenon.yield
  %a = tenon.conv %x, %k {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x16xf32>, tensor<3x3x16x16xf32> loc("a")
  %b = tenon.conv %a, %k {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x16xf32>, tensor<3x3x16x16xf32> loc("b")
  %s = tenon.conv %x, %p {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x16xf32>, tensor<1x1x16x16xf32> loc("short")
  %y = tenon.add %b, %s : tensor<?x8x8x16xf32>, tensor<?x8x8x16xf32> loc("add")
  %r = tenon.relu %y : tensor<?x8x8x16xf32> loc("relu")
  return %r : tensor<?x8x8x16xf32>
}

// -----

// A value that others use is stored, so the ops on it are a kernel of their own.
// CHECK-LABEL: func.func @two_users
func.func @two_users(%x: tensor<?x4xf32>, %w: tensor<4x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  // CHECK: tenon.matmul
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.kernel "relu"(%{{.+}}) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  // CHECK: tenon.relu
  %m = tenon.matmul %x, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x4xf32>, tensor<4x4xf32> loc("dense")
  %r = tenon.relu %m : tensor<?x4xf32> loc("relu")
  return %m, %r : tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

// Data gradients read the weights backward; weight gradients stand alone.
// CHECK-LABEL: func.func @gradients
func.func @gradients(%g: tensor<?x3xf32>, %x: tensor<?x5xf32>, %w: tensor<5x3xf32>, %gi: tensor<?x4x4x6xf32>, %f: tensor<3x3x2x6xf32>, %xi: tensor<?x4x4x2xf32>) -> (tensor<?x5xf32>, tensor<5x3xf32>, tensor<?x4x4x2xf32>, tensor<3x3x2x6xf32>) {
  // CHECK-DAG: tenon.pack {{.*}} as <panel = {{[0-9]+}}, backward = true> : tensor<5x3xf32>
  // CHECK-DAG: tenon.pack {{.*}} as <panel = {{[0-9]+}}, backward = true> : tensor<3x3x2x6xf32>
  // CHECK-DAG: schedule <"gemm",
  // CHECK-DAG: schedule <"direct",
  // CHECK-DAG: schedule <"filter_gradient", {{.*}} : (tensor<?x5xf32>, tensor<?x3xf32>) -> tensor<5x3xf32>
  // CHECK-DAG: schedule <"filter_gradient", {{.*}} -> tensor<3x3x2x6xf32>
  %0 = tenon.matmul %g, %w {transpose_lhs = false, transpose_rhs = true} : tensor<?x3xf32>, tensor<5x3xf32>
  %1 = tenon.matmul %x, %g {transpose_lhs = true, transpose_rhs = false} : tensor<?x5xf32>, tensor<?x3xf32>
  %2 = tenon.conv_input_grad %gi, %f like %xi {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x4x4x6xf32>, tensor<3x3x2x6xf32> like tensor<?x4x4x2xf32>
  %3 = tenon.conv_filter_grad %xi, %gi like %f {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x4x4x2xf32>, tensor<?x4x4x6xf32> like tensor<3x3x2x6xf32>
  return %0, %1, %2, %3 : tensor<?x5xf32>, tensor<5x3xf32>, tensor<?x4x4x2xf32>, tensor<3x3x2x6xf32>
}

// -----

// Sums that read a value in common are one pass; what depends on them is another.
// CHECK-LABEL: func.func @siblings
func.func @siblings(%g: tensor<?x4xf32>, %x: tensor<?x4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<?x4xf32>) {
  // CHECK: tenon.kernel {{.*}} -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: tenon.multiply
  // CHECK: tenon.reduce_sum
  // CHECK-NEXT: tenon.reduce_sum
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.kernel {{.*}} -> tensor<?x4xf32>
  // CHECK: tenon.subtract
  %a = tenon.reduce_sum %g {axes = array<i64: 0>, keepdims = false} : tensor<?x4xf32>
  %m = tenon.multiply %g, %x : tensor<?x4xf32>, tensor<?x4xf32>
  %b = tenon.reduce_sum %m {axes = array<i64: 0>, keepdims = false} : tensor<?x4xf32>
  %s = tenon.subtract %x, %b : tensor<?x4xf32>, tensor<4xf32>
  return %a, %b, %s : tensor<4xf32>, tensor<4xf32>, tensor<?x4xf32>
}

// -----

// A sum, and a sum of products with what the first one adds up: the shared value is stored once for others.
// CHECK-LABEL: func.func @chained_siblings
func.func @chained_siblings(%g: tensor<?x4xf32>, %x: tensor<?x4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<?x4xf32>) {
  // CHECK: tenon.kernel {{.*}} -> (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK: tenon.relu
  // CHECK: tenon.multiply
  // CHECK: tenon.reduce_sum
  // CHECK-NEXT: tenon.reduce_sum
  // CHECK-NOT: tenon.kernel
  // CHECK: return
  %r = tenon.relu %g : tensor<?x4xf32>
  %a = tenon.reduce_sum %r {axes = array<i64: 0>, keepdims = false} : tensor<?x4xf32>
  %m = tenon.multiply %r, %x : tensor<?x4xf32>, tensor<?x4xf32>
  %b = tenon.reduce_sum %m {axes = array<i64: 0>, keepdims = false} : tensor<?x4xf32>
  return %a, %b, %r : tensor<4xf32>, tensor<4xf32>, tensor<?x4xf32>
}

// -----

// Merging what comes before and after a kernel into one would make a circle.
// CHECK-LABEL: func.func @circle
func.func @circle(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: tenon.exp
  // CHECK: tenon.softmax
  // CHECK: tenon.add
  %e = tenon.exp %x : tensor<?x4xf32>
  %s = tenon.softmax %e : tensor<?x4xf32>
  %a = tenon.add %e, %s : tensor<?x4xf32>, tensor<?x4xf32>
  return %a : tensor<?x4xf32>
}

// -----

// Constants, counts and broadcasts are repeated where they are used; sums over axes apart are taken one after the other.
// CHECK-LABEL: func.func @leaves
func.func @leaves(%x: tensor<?x3x4xf32>, %s: tensor<?xf32>) -> (tensor<?x3x4xf32>, tensor<3xf32>) {
  // CHECK: tenon.kernel {{.*}} : (tensor<?x3x4xf32>, tensor<?xf32>) -> (tensor<?x3x4xf32>, tensor<?x3xf32>)
  // CHECK-DAG: tenon.count
  // CHECK-DAG: tenon.broadcast_like
  // CHECK: tenon.reduce_sum {{.*}}axes = array<i64: 2>
  // CHECK: tenon.kernel
  // CHECK: tenon.reduce_sum {{.*}}axes = array<i64: 0>
  %n = tenon.count %x {axes = array<i64: 0>} : tensor<?x3x4xf32>
  %b = tenon.broadcast_like %s like %x {axes = array<i64: 1, 2>} : tensor<?xf32> like tensor<?x3x4xf32>
  %m = tenon.multiply %x, %b : tensor<?x3x4xf32>, tensor<?x3x4xf32>
  %d = tenon.divide %m, %n : tensor<?x3x4xf32>, tensor<f32>
  %r = tenon.reduce_sum %d {axes = array<i64: 0, 2>, keepdims = false} : tensor<?x3x4xf32>
  return %d, %r : tensor<?x3x4xf32>, tensor<3xf32>
}

// -----

// A sum of what is compared with the same axis's largest element has to wait for it: two kernels, though both read %x.
// CHECK-LABEL: func.func @reduction_through_broadcast
func.func @reduction_through_broadcast(%x: tensor<?x4x3xf32>) -> tensor<?x3xf32> {
  // CHECK: tenon.kernel
  // CHECK: tenon.reduce_max
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.kernel
  // CHECK: tenon.subtract
  // CHECK-NEXT: tenon.reduce_sum
  // CHECK-NEXT: tenon.yield
  %m = tenon.reduce_max %x {axes = array<i64: 1>, keepdims = false} : tensor<?x4x3xf32>
  %b = tenon.broadcast_like %m like %x {axes = array<i64: 1>} : tensor<?x3xf32> like tensor<?x4x3xf32>
  %d = tenon.subtract %x, %b : tensor<?x4x3xf32>, tensor<?x4x3xf32>
  %s = tenon.reduce_sum %d {axes = array<i64: 1>, keepdims = false} : tensor<?x4x3xf32>
  return %s : tensor<?x3xf32>
}

// -----

// Two inputs' time axes need not be equal: their kernels stay apart. Views stay outside.
// CHECK-LABEL: func.func @dynamic
func.func @dynamic(%a: tensor<?x?x2xf32> {tenon.name = "a"}, %b: tensor<?x?x2xf32> {tenon.name = "b"}) -> (tensor<?x?x2xf32>, tensor<?x?xf32>) {
  // CHECK: tenon.kernel
  // CHECK: tenon.exp
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.kernel
  // CHECK: tenon.tanh
  // CHECK-NEXT: tenon.yield
  // CHECK: }
  // CHECK-NEXT: tenon.reshape
  %0 = tenon.exp %a : tensor<?x?x2xf32>
  %1 = tenon.tanh %b : tensor<?x?x2xf32>
  %2 = tenon.reshape %1 {shape = array<i64: 0, -1>} : tensor<?x?x2xf32>
  return %0, %2 : tensor<?x?x2xf32>, tensor<?x?xf32>
}

// -----

// A reduction of what was compared with another reduction's broadcast comes after it, though both read the same value.
// CHECK-LABEL: func.func @largest
func.func @largest(%x: tensor<?x5xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  // CHECK: %[[MAX:.+]]:2 = tenon.kernel
  // CHECK: tenon.reduce_max
  // CHECK: tenon.kernel {{.*}}(%[[MAX]]#0, %[[MAX]]#1)
  // CHECK: tenon.broadcast_like
  // CHECK: tenon.reduce_sum
  %e = tenon.exp %x : tensor<?x5xf32>
  %max = tenon.reduce_max %e {axes = array<i64: 1>, keepdims = false} : tensor<?x5xf32>
  %all = tenon.broadcast_like %max like %e {axes = array<i64: 1>} : tensor<?xf32> like tensor<?x5xf32>
  %equal = tenon.equal %e, %all : tensor<?x5xf32>, tensor<?x5xf32>
  %ones = tenon.convert %equal to f32 : tensor<?x5xi8>
  %count = tenon.reduce_sum %ones {axes = array<i64: 1>, keepdims = false} : tensor<?x5xf32>
  return %max, %count : tensor<?xf32>, tensor<?xf32>
}

// -----

// A recurrent cell's gates are columns of one value, read where they lie; their gradients are written side by side.
// CHECK-LABEL: func.func @columns
func.func @columns(%z: tensor<?x8xf32>, %c: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x8xf32>) {
  // CHECK: %[[K:.+]]:2 = tenon.kernel {{.*}}(%arg0, %arg1)
  // CHECK-NEXT: ^bb0(%[[Z:.+]]: tensor<?x8xf32>, %[[C:.+]]: tensor<?x4xf32>):
  // CHECK-DAG: tenon.slice %[[Z]] {axis = 1 : i64, size = 4 : i64, start = 0 : i64}
  // CHECK-DAG: tenon.slice %[[Z]] {axis = 1 : i64, size = 4 : i64, start = 4 : i64}
  // CHECK: %[[G:.+]] = tenon.concat
  // CHECK-NEXT: tenon.yield %{{.*}}, %[[G]]
  // CHECK: return %[[K]]#0, %[[K]]#1
  %i = tenon.slice %z {axis = 1 : i64, start = 0 : i64, size = 4 : i64} : tensor<?x8xf32>
  %f = tenon.slice %z {axis = 1 : i64, start = 4 : i64, size = 4 : i64} : tensor<?x8xf32>
  %a = tenon.sigmoid %i : tensor<?x4xf32>
  %b = tenon.tanh %f : tensor<?x4xf32>
  %n = tenon.multiply %b, %c : tensor<?x4xf32>, tensor<?x4xf32>
  %m = tenon.add %a, %n : tensor<?x4xf32>, tensor<?x4xf32>
  %g = tenon.concat %a, %n {axis = 1 : i64} : tensor<?x4xf32>, tensor<?x4xf32>
  return %m, %g : tensor<?x4xf32>, tensor<?x8xf32>
}

// -----

// What no elementwise op reads, or none makes, is copied.
// CHECK-LABEL: func.func @copies
func.func @copies(%z: tensor<?x8xf32>) -> (tensor<?x4xf32>, tensor<?x16xf32>) {
  // CHECK: tenon.kernel
  // CHECK: tenon.slice
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.kernel
  // CHECK: tenon.concat
  // CHECK-NEXT: tenon.yield
  %i = tenon.slice %z {axis = 1 : i64, start = 0 : i64, size = 4 : i64} : tensor<?x8xf32>
  %g = tenon.concat %z, %z {axis = 1 : i64} : tensor<?x8xf32>, tensor<?x8xf32>
  return %i, %g : tensor<?x4xf32>, tensor<?x16xf32>
}

// -----

tenon.variable @k : tensor<3x3x8x4xf32> "weight"
tenon.variable @p : tensor<1x1x3x4xf32> "weight"
// Two contractions that are added are one kernel; a product that others use as well is not.
// CHECK-LABEL: func.func @summed
func.func @summed(%x: tensor<?x16x16x3xf32>, %y: tensor<?x8x8x8xf32>) -> (tensor<?x8x8x4xf32>, tensor<?x8x8x4xf32>, tensor<?x8x8x4xf32>) {
  // CHECK-COUNT-2: tenon.pack
  // CHECK: tenon.kernel
  // CHECK: tenon.conv
  // CHECK-NEXT: tenon.conv
  // CHECK-NEXT: tenon.add
  // CHECK-NEXT: tenon.relu
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.conv
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.conv
  // CHECK-NEXT: tenon.add
  // CHECK-NEXT: tenon.yield
  %k = tenon.read @k : tensor<3x3x8x4xf32>
  %p = tenon.read @p : tensor<1x1x3x4xf32>
  %0 = tenon.conv %y, %k {strides = array<i64: 1, 1>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x8xf32>, tensor<3x3x8x4xf32>
  %1 = tenon.conv %x, %p {strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x16x16x3xf32>, tensor<1x1x3x4xf32>
  %2 = tenon.add %0, %1 : tensor<?x8x8x4xf32>, tensor<?x8x8x4xf32>
  %3 = tenon.relu %2 : tensor<?x8x8x4xf32>
  %4 = tenon.conv %y, %k {strides = array<i64: 1, 1>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x8x8x8xf32>, tensor<3x3x8x4xf32>
  %5 = tenon.conv %x, %p {strides = array<i64: 2, 2>, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : tensor<?x16x16x3xf32>, tensor<1x1x3x4xf32>
  %6 = tenon.add %4, %5 : tensor<?x8x8x4xf32>, tensor<?x8x8x4xf32>
  return %3, %4, %6 : tensor<?x8x8x4xf32>, tensor<?x8x8x4xf32>, tensor<?x8x8x4xf32>
}

// -----

// The gradient of a table's rows is read from registers by all that is made of it, and stored nowhere.
// CHECK-LABEL: func.func @update
func.func @update(%g: tensor<?x5x4xf32>, %i: tensor<?x5xi32>, %m: tensor<7x4xf32>, %p: tensor<7x4xf32>) -> (tensor<7x4xf32>, tensor<7x4xf32>) {
  // CHECK: tenon.row_lists
  // CHECK: tenon.kernel {{.+}} -> (tensor<7x4xf32>, tensor<7x4xf32>)
  // CHECK: %[[G:.+]] = tenon.sum_rows
  // CHECK-NEXT: %[[M:.+]] = tenon.add %{{.+}}, %[[G]]
  // CHECK-NEXT: %[[S:.+]] = tenon.multiply %[[G]], %[[M]]
  // CHECK-NEXT: %[[P:.+]] = tenon.subtract %{{.+}}, %[[S]]
  // CHECK-NEXT: tenon.yield %[[M]], %[[P]]
  %offsets, %order = tenon.row_lists %i {rows = 7 : i64} : tensor<?x5xi32>
  %0 = tenon.sum_rows %g by %offsets, %order : tensor<?x5x4xf32>, tensor<8xi32>, tensor<?xi32>
  %1 = tenon.add %m, %0 : tensor<7x4xf32>, tensor<7x4xf32>
  %2 = tenon.multiply %0, %1 : tensor<7x4xf32>, tensor<7x4xf32>
  %3 = tenon.subtract %p, %2 : tensor<7x4xf32>, tensor<7x4xf32>
  return %1, %3 : tensor<7x4xf32>, tensor<7x4xf32>
}

// -----

// What a contraction reads is in memory before it starts: the map that makes it stays a kernel of its own, also where the
// map's other results are added to the contraction's.
// CHECK-LABEL: func.func @operandAndSummand
func.func @operandAndSummand(%x: tensor<?x3xf32>, %w: tensor<3x3xf32>) -> tensor<?x3xf32> {
  // CHECK: %[[MAP:.+]]:2 = tenon.kernel
  // CHECK: tenon.exp
  // CHECK: tenon.kernel {{.*}}(%[[MAP]]#{{[01]}}, %{{.+}}, %[[MAP]]#{{[01]}})
  // CHECK: tenon.matmul
  // CHECK-NEXT: tenon.add
  %0 = tenon.exp %x : tensor<?x3xf32>
  %1 = tenon.add %0, %0 : tensor<?x3xf32>, tensor<?x3xf32>
  %2 = tenon.add %1, %0 : tensor<?x3xf32>, tensor<?x3xf32>
  %3 = tenon.matmul %0, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x3xf32>, tensor<3x3xf32>
  %4 = tenon.add %3, %2 : tensor<?x3xf32>, tensor<?x3xf32>
  return %4 : tensor<?x3xf32>
}

// -----

// Weights that stay in L2 are walked by blocks of 16 rows.
// ANY-LABEL: func.func @cached_scan
// BATCH-LABEL: func.func @cached_scan
func.func @cached_scan(%x: tensor<5x?x64xf32>, %h: tensor<?x64xf32>, %u: tensor<64x64xf32>) -> tensor<?x64xf32> {
  // ANY: schedule <"gemm", tile = 8 by 32>
  // BATCH: schedule <"gemm", tile = 8 by 32>
  %0 = tenon.scan over(%x) carry(%h) with(%u) : (tensor<5x?x64xf32>, tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32> {
  ^bb0(%g: tensor<?x64xf32>, %c: tensor<?x64xf32>, %v: tensor<64x64xf32>):
    %1 = tenon.matmul %c, %v {transpose_lhs = false, transpose_rhs = false} : tensor<?x64xf32>, tensor<64x64xf32> loc("m")
    %2 = tenon.add %1, %g : tensor<?x64xf32>, tensor<?x64xf32> loc("a")
    tenon.yield %2 : tensor<?x64xf32>
  } loc("scan")
  return %0 : tensor<?x64xf32>
}

// -----

// Larger ones step by step for the whole batch.
// ANY-LABEL: func.func @stepwise_scan
// BATCH-LABEL: func.func @stepwise_scan
func.func @stepwise_scan(%x: tensor<5x?x800xf32>, %h: tensor<?x800xf32>, %u: tensor<800x800xf32>) -> tensor<?x800xf32> {
  // ANY: schedule <"gemm", tile = 14 by 32>
  // BATCH: schedule <"gemm", tile = 8 by 48>
  %0 = tenon.scan over(%x) carry(%h) with(%u) : (tensor<5x?x800xf32>, tensor<?x800xf32>, tensor<800x800xf32>) -> tensor<?x800xf32> {
  ^bb0(%g: tensor<?x800xf32>, %c: tensor<?x800xf32>, %v: tensor<800x800xf32>):
    %1 = tenon.matmul %c, %v {transpose_lhs = false, transpose_rhs = false} : tensor<?x800xf32>, tensor<800x800xf32> loc("m")
    %2 = tenon.add %1, %g : tensor<?x800xf32>, tensor<?x800xf32> loc("a")
    tenon.yield %2 : tensor<?x800xf32>
  } loc("scan")
  return %0 : tensor<?x800xf32>
}
