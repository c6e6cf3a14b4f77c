<?php

require __DIR__ . '/../vendor/autoload.php';

echo Example\Slug::of($argv[1]), "\n";
