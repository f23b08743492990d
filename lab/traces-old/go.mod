module heapwright.example/traces-old

go 1.17
