// RUN: tenon-lsp-server -lit-test < %S/Inputs/language-server.json | FileCheck %s
// The server reads our dialect: a module that is wrong gets the verifier's message at its line (counted from 0).
// CHECK: "method": "textDocument/publishDiagnostics"
// CHECK: "message": "shapes (?, 2) and (?, 3) do not broadcast
// CHECK: "line": 2
