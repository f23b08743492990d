module heapwright.example/lab

go 1.22
