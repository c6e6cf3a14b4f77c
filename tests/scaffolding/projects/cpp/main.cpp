#include <iostream>

int main() {
    std::cout << "One lamp left.\n";
}
