module kluis.example/checklog

go 1.22
