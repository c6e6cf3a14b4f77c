<?php

require __DIR__ . '/../vendor/autoload.php';

echo Example\Digits::ofFactorial((int) $argv[1]), "\n";
