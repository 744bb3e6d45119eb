// The code of the contraction on three instruction sets: accumulators stay in registers, one multiply-add per vector.
// RUN: mkdir -p %t && tenon compile %s --target=aarch64 --emit=asm -o %t/arm && FileCheck %s --check-prefix=ARM < %t/arm.s
// RUN: tenon compile %s --target=x86-64-v3 --emit=asm -o %t/v3 && FileCheck %s --check-prefix=V3 < %t/v3.s
// RUN: tenon compile %s --target=x86-64-v4 --emit=asm -o %t/v4 && FileCheck %s --check-prefix=V4 < %t/v4.s
// RUN: tenon compile %s --target=x86-64-v4 --emit=llvm -o %t/v4 && FileCheck %s --check-prefix=LLVM < %t/v4.ll

// ARM-LABEL: contract_{{[0-9a-f]+}}:
// ARM: fmla {{v[0-9]+}}.4s
// V3-LABEL: contract_{{[0-9a-f]+}}:
// V3: vfmadd231ps %ymm
// V4-LABEL: contract_{{[0-9a-f]+}}:
// V4: vfmadd231ps %zmm
// LLVM: define weak_odr hidden void @contract_
// LLVM: call <16 x float> @llvm.fmuladd.v16f32
tenon.variable @w : tensor<64x64xf32> "weight"
func.func @predict(%x: tensor<?x64xf32> {tenon.name = "x"}) -> (tensor<?x64xf32> {tenon.name = "y"}) {
  %w = tenon.read @w : tensor<64x64xf32>
  %y = tenon.matmul %x, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x64xf32>, tensor<64x64xf32>
  return %y : tensor<?x64xf32>
}
