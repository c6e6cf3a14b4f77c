<?php

namespace Example\Text;

class Plain
{
    public static function of(string $text): string
    {
        return mb_strtolower($text);
    }
}
